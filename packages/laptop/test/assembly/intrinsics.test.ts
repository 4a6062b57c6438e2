// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { expect, test } from 'vitest'
import { resolveIntrinsics, type Scope } from '../../assembly/intrinsics.ts'
import type { Json } from '../../model.ts'

const scope: Scope = {
  ref: (name) => (name === 'AWS::NoValue' ? undefined : `ref(${name})`),
  attribute: (logicalId, name) => `attribute(${logicalId}, ${name})`,
  imported: (name) => `imported(${name})`,
}
const resolve = (value: Json) => resolveIntrinsics(value, 'Here', scope)

test.each<[string, Json, Json]>([
  ['Ref', { Ref: 'Table' }, 'ref(Table)'],
  ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'attribute(Table, Arn)'],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Table.Stream.Arn' }, 'attribute(Table, Stream.Arn)'],
  ['Fn::Join over other intrinsics and numbers', { 'Fn::Join': ['/', ['a', { Ref: 'B' }, 3]] }, 'a/ref(B)/3'],
  ['Fn::Sub', { 'Fn::Sub': '${AWS::Region}-${T}-${T.Arn}-${!T}' }, 'ref(AWS::Region)-ref(T)-attribute(T, Arn)-${T}'],
  ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Join': [':', ['State', 'Out']] } }, 'imported(State:Out)'],
  ['values deep inside', { a: [{ b: { Ref: 'C' } }], d: null }, { a: [{ b: 'ref(C)' }], d: null }],
  [
    'AWS::NoValue',
    { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] },
    { kept: 1, list: [2] },
  ],
])('%s is resolved', (_what, value, expected) => {
  expect(resolve(value)).toEqual(expected)
})

test.each<[string, Json, string]>([
  ['Fn::Base64', { 'Fn::Base64': 'x' }, 'Here.a[0]: the laptop cloud does not understand Fn::Base64'],
  ['Fn::GetStackOutput', { 'Fn::GetStackOutput': {} }, 'does not understand Fn::GetStackOutput'],
  ['Fn::If', { 'Fn::If': ['C', 1, 2] }, 'does not understand Fn::If'],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${A}', { A: 'b' }] }, 'Fn::Sub: the laptop cloud understands only text'],
  ['Fn::Join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, 'Fn::Join: the laptop cloud understands only text'],
  ['Fn::Join without a list', { 'Fn::Join': ['', 'x'] }, 'Fn::Join: the laptop cloud understands only a list'],
  ['an intrinsic beside other keys', { Ref: 'A', Other: 1 }, 'Ref: an intrinsic stands alone'],
])('%s is an error that names it and where it stands', (_what, value, message) => {
  expect(() => resolve({ a: [value] })).toThrow(message)
})
