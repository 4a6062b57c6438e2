import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openObserved } from '../../door/observed.ts'
import { temporaryFolder } from '../temporary-folder.ts'

describe('observed actions', () => {
  it('are written once per principal and action, sorted, allowed apart from denied', () => {
    const folder = temporaryFolder()
    const observed = openObserved(folder)
    observed.record('sign-up', 'sqs:SendMessage', true)
    observed.record('sign-in', 'dynamodb:PutItem', true)
    observed.record('sign-in', 'dynamodb:GetItem', true)
    observed.record('sign-in', 'dynamodb:GetItem', true)
    observed.record('sign-in', 'dynamodb:Scan', false)
    observed.write()
    expect(JSON.parse(readFileSync(join(folder, 'observed-actions.json'), 'utf8'))).toEqual({
      allowed: { 'sign-in': ['dynamodb:GetItem', 'dynamodb:PutItem'], 'sign-up': ['sqs:SendMessage'] },
      denied: { 'sign-in': ['dynamodb:Scan'] },
    })
  })
})
