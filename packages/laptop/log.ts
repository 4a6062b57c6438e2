import { styleText } from 'node:util'
import type { RequestLog } from './gateway/gateway.ts'
import type { FunctionLogLine } from './lambda/model.ts'

/** `title` is the name of the function in the log, such as `routes/users/sign-up`. */
export type Log = {
  request(request: RequestLog, title: string): void
  functionLine(line: FunctionLogLine, title: string): void
  /** A message of the laptop cloud itself. */
  note(text: string): void
}

export type LogOptions = { write(line: string): void; colour: boolean; now: () => Date }

export function createLog({ write, colour, now }: LogOptions): Log {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text
  const time = () => paint('dim', now().toTimeString().slice(0, 8))
  return {
    request({ method, path, status, milliseconds, cold, reason }, title) {
      const columns = [
        time(),
        printable(method).padEnd(7),
        printable(path).padEnd(24),
        paint(styleOf(status), String(status)),
        `${milliseconds.toFixed(0).padStart(6)} ms`,
        temperature(cold),
        [title, reason ? paint('yellow', printable(reason)) : ''].join(' '),
      ]
      write(columns.join('  ').trimEnd())
    },
    functionLine({ stream, text }, title) {
      const mark = paint(stream === 'stderr' ? 'yellow' : 'cyan', `${title} |`)
      for (const line of readableLines(text)) write(`${time()}  ${mark} ${printable(line)}`)
    },
    note: (text) => write(`${time()}  ${paint('magenta', '*')} ${printable(text)}`),
  }
}

type JsonRecord = { level: unknown; message: unknown }

/** Makes Lambda's JSON log lines easy to read: the level and the message, and for an error its stack. */
function readableLines(text: string): string[] {
  const record = parseRecord(text)
  if (!record) return text.trimEnd().split('\n')
  const { level, message } = record
  if (typeof message === 'string') return `${level} ${message}`.split('\n')
  const { stackTrace, ...rest } = (message ?? {}) as { stackTrace?: unknown }
  const lines = Array.isArray(stackTrace) ? stackTrace.flatMap((line) => String(line).split('\n')) : []
  return [`${level} ${JSON.stringify(rest)}`, ...lines]
}

function parseRecord(text: string): JsonRecord | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value = JSON.parse(text)
    return 'level' in value && 'message' in value ? value : undefined
  } catch {
    return undefined
  }
}

function temperature(cold: boolean | undefined): string {
  if (cold === undefined) return '    '
  return cold ? 'cold' : 'warm'
}

function styleOf(status: number) {
  if (status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

/** Callers choose the path: control characters in it must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
