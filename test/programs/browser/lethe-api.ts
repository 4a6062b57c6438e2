export type Access = { api: string; accessToken: () => string | Promise<string> }
type Sent = { json?: object; headers?: Record<string, string> }

const RETRY_AFTER_MS = [500, 2000, 8000]

/** What every page needs: the bearer's token, JSON both ways, and another try where that may help. */
export function letheApi({ api, accessToken }: Access) {
  async function send(method: string, path: string, { json, headers }: Sent): Promise<Response | undefined> {
    const all = { ...headers, accept: 'application/json', authorization: `Bearer ${await accessToken()}` }
    const sent = json
      ? { method, headers: { ...all, 'content-type': 'application/json' }, body: JSON.stringify(json) }
      : { method, headers: all }
    return fetch(`${api}${path}`, sent).catch(() => undefined)
  }

  return async <Answer>(method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    let response = await send(method, path, sent)
    for (const delay of RETRY_AFTER_MS) {
      if (!mayPass(response)) break
      await pause(delay)
      response = await send(method, path, sent)
    }
    if (!response?.ok) throw await failure(`${method} ${path}`, response)
    return (response.status === 204 ? undefined : await response.json()) as Answer
  }
}

const mayPass = (response: Response | undefined) => !response || response.status === 429 || response.status >= 500

async function failure(call: string, response: Response | undefined): Promise<Error> {
  return new Error(`${call}: ${response ? `${response.status} ${await response.text()}` : 'no answer'}`)
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
