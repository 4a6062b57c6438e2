/** The text of a request or of an answer. By its events: to iterate over it would cost more. */
export function readAll(message) {
  return new Promise((resolve, reject) => {
    const chunks = []
    message.on('data', (chunk) => chunks.push(chunk))
    message.on('end', () => resolve(Buffer.concat(chunks).toString()))
    message.on('error', reject)
  })
}
