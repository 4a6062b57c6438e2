import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { FakeCloud } from '../../../helpers/fake-cloud.ts'
import { serve } from '../../deploy/serve.ts'
import { nameOf } from './call-name.ts'

/** The calls in rounds: those of one round were under way at once. */
export type Cost = { rounds: string[][]; read: number; write: number }

/** So long after the last call of a round everything that needs no answer has been asked, even on a slow machine. */
const QUIET_MS = 60

/** An address in front of a cloud that writes down what is asked of it, whatever client it is asked with. */
export async function startRecorder(cloud: FakeCloud) {
  let rounds: string[][] | undefined
  const waiting: { name: string; goOn: () => void }[] = []
  let quiet: NodeJS.Timeout | undefined

  /** Answers of one round are given together. So rounds do not depend on which answer happened to be the faster one. */
  function endOfRound(name: string): Promise<void> {
    return new Promise((goOn) => {
      waiting.push({ name, goOn })
      clearTimeout(quiet)
      quiet = setTimeout(() => {
        rounds?.push(waiting.map((call) => call.name).toSorted())
        for (const call of waiting.splice(0)) call.goOn()
      }, QUIET_MS)
    })
  }

  const { url, close } = await serve(async (request, response) => {
    const body = await text(request)
    if (rounds) await endOfRound(nameOf(request, body))
    const answer = await passOn(request, body)
    response.writeHead(answer.statusCode ?? 0, answer.headers)
    await pipeline(answer, response)
  })

  async function passOn({ method, url: target, headers }: IncomingMessage, body: string): Promise<IncomingMessage> {
    const [answer] = await once(send(`${cloud.url}${target}`, { method, headers }).end(body), 'response')
    // DynamoDB does not say what a refused call cost, and no rightful request needs one.
    if (rounds && answer.statusCode >= 400) throw new Error(`${method} ${target} was refused: ${body}`)
    return answer
  }

  return {
    close,
    variables: Object.fromEntries(
      Object.entries(cloud.variables).map(([name, value]) => [name, value.replaceAll(cloud.url, url)]),
    ),
    async during(work: () => Promise<unknown>): Promise<Cost> {
      const before = { ...cloud.units }
      const recorded: string[][] = []
      rounds = recorded
      await work().finally(() => {
        rounds = undefined
      })
      const { read, write } = cloud.units
      return { rounds: recorded, read: read - before.read, write: write - before.write }
    },
  }
}
