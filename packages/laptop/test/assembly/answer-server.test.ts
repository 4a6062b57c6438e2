import { expect, onTestFinished, test } from 'vitest'
import { startAnswerServer } from '../../assembly/answer-server.ts'
import { sendAnswer } from './send-answer.ts'

test('an address takes one PUT and nothing else', async () => {
  const server = await startAnswerServer()
  onTestFinished(server.close)
  const { url, answer } = server.expectOne()
  expect(await sendAnswer(`${url}0`, '{"Status":"FAILED"}')).toBe(403)
  expect(await sendAnswer(url, '{"Status":"FAILED"}', 'POST')).toBe(403)
  expect(await sendAnswer(url, '{"Status":"SUCCESS"}')).toBe(200)
  expect(await sendAnswer(url, '{"Status":"FAILED"}')).toBe(403)
  expect(await answer).toEqual({ Status: 'SUCCESS' })
})

test('closing does not wait for connections that are kept open', async () => {
  const server = await startAnswerServer()
  await fetch(server.expectOne().url)
  await server.close()
})
