import { describe, expect, it } from 'vitest'
import { together } from '../../../functions/http/together.ts'

describe('two things together', () => {
  it('give both their values', async () => {
    expect(await together(Promise.resolve(1), Promise.resolve('two'))).toEqual([1, 'two'])
  })

  it('fail with the first one’s error, after both have ended', async () => {
    let ended = 0
    const failAfter = (time: number, message: string) =>
      pause(time).then(() => {
        ended++
        throw new Error(message)
      })
    await expect(together(failAfter(20, 'first'), failAfter(1, 'second'))).rejects.toThrow('first')
    expect(ended).toBe(2)
    await expect(
      together(
        failAfter(1, 'first'),
        pause(20).then(() => ended++),
      ),
    ).rejects.toThrow('first')
    expect(ended).toBe(4)
    await expect(together(pause(1), failAfter(1, 'second'))).rejects.toThrow('second')
  })
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
