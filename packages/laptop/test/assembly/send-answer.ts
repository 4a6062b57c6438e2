import { request as httpRequest } from 'node:http'

/** As functions answer CloudFormation; `fetch` would add a content-type. Gives the status. */
export async function sendAnswer(url: string, body: string, method = 'PUT'): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const request = httpRequest(url, { method }, (response) => resolve(response.resume().statusCode))
  request.once('error', reject).end(body)
  return await promise
}
