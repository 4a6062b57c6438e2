import { writeFile } from 'node:fs/promises'
import { Sha256 } from '@lethe/laptop/door/sha256.ts'
import { SignatureV4 } from '@smithy/signature-v4'
import { accountSettings } from './account.ts'
import { inWork } from './paths.ts'

type Group = { logGroupName: string }
type Event = { timestamp: number; message: string }

/** Writes down what the functions said: MiniStack keeps it in their log group, where AWS would. */
export async function saveFunctionLogs(endpoint: string): Promise<string> {
  const { logGroups } = await call<{ logGroups: Group[] }>(endpoint, 'DescribeLogGroups', {})
  const logGroupName = logGroups.map((group) => group.logGroupName).find((name) => name.includes('FunctionLogs'))
  if (logGroupName === undefined) return 'the functions have no log group yet'
  const events: Event[] = []
  for (let nextToken: string | undefined; ; ) {
    const page = await call<{ events: Event[]; nextToken?: string }>(endpoint, 'FilterLogEvents', {
      logGroupName,
      nextToken,
    })
    events.push(...page.events)
    nextToken = page.nextToken
    if (nextToken === undefined) break
  }
  const lines = events
    .filter(({ message }) => !/^(START|END|REPORT) /.test(message))
    .map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message.trimEnd()}\n`)
  const path = inWork('functions.log')
  await writeFile(path, lines.join(''))
  return `${lines.slice(-20).join('')}the last of ${lines.length} lines that the functions wrote, all of them in ${path}`
}

async function call<Result>(endpoint: string, action: string, input: object): Promise<Result> {
  const { credentials, region } = accountSettings(endpoint)
  const signer = new SignatureV4({ credentials, region, service: 'logs', sha256: Sha256 })
  const { host, hostname } = new URL(endpoint)
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    path: '/',
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${action}` },
    body: JSON.stringify(input),
  }
  const { headers, body, method } = await signer.sign(request)
  const answer = await fetch(endpoint, { method, headers, body })
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Result
}
