import { expect, test } from 'vitest'
import { eventFilter } from '../../lambda/event-filter.ts'

const change = {
  eventName: 'MODIFY',
  dynamodb: { NewImage: { sk: { S: 's#1' }, why: { S: 'reuse' } } },
  tags: ['red', 'blue'],
}

test.each([
  [[], true],
  [['{"eventName":["INSERT","MODIFY"]}'], true],
  [['{"eventName":["INSERT"]}'], false],
  [['{"eventName":["INSERT"]}', '{"eventName":["MODIFY"]}'], true],
  [['{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"why":{"S":["theft"]}}}}'], false],
  [['{"dynamodb":{"NewImage":{"sk":{"S":[{"prefix":"s#"}]}}}}'], true],
  [['{"dynamodb":{"NewImage":{"sk":{"S":[{"prefix":"g#"}]}}}}'], false],
  [['{"dynamodb":{"OldImage":[{"exists":false}]}}'], true],
  [['{"dynamodb":{"OldImage":[{"exists":true}]}}'], false],
  [['{"dynamodb":{"NewImage":{"why":{"S":[{"anything-but":["theft"]}]}}}}'], true],
  [['{"dynamodb":{"NewImage":{"why":{"S":[{"anything-but":"reuse"}]}}}}'], false],
  [['{"dynamodb":{"NewImage":{"absent":{"S":[{"anything-but":"reuse"}]}}}}'], false],
  [['{"tags":["blue"]}'], true],
  [['{"tags":[{"prefix":"bl"}]}'], true],
  [['{"tags":["green"]}'], false],
])('%j', (patterns, passes) => {
  expect(eventFilter(patterns)(change)).toBe(passes)
})

test.each([
  '{"eventName":[{"suffix":"FY"}]}',
  '{"eventName":[{"prefix":"a","exists":true}]}',
  '{"eventName":[["INSERT"]]}',
  '{"eventName":"INSERT"}',
  '{"$or":[{"eventName":["INSERT"]},{"eventName":["MODIFY"]}]}',
])('%s is not understood, and the error names it', (pattern) => {
  expect(() => eventFilter([pattern])).toThrow(pattern)
})
