export type Message = { head: unknown; body: string }
export function frameOf(head: object, body?: string): Buffer
export function frameReader(take: (message: Message) => void): (piece: Buffer) => void
