/** Where a server on this machine is reached that listens on `host`. */
export function urlOf(host: string, port: number): string {
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
}
