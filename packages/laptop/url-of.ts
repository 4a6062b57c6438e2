/** The URL of a server that listens on `host`, from this machine. */
export function urlOf(host: string, port: number): string {
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
}
