import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JsonObject } from '../../model.ts'
import { openSecrets } from '../../services/secrets-manager.ts'
import { allow, functionWith, resource, startTestDoor } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Test-KeyRing-AbCdEf'
const FIRST = '11111111-1111-1111-1111-111111111111'
const SECOND = '22222222-2222-2222-2222-222222222222'
const THIRD = '33333333-3333-3333-3333-333333333333'

async function started(properties: JsonObject = {}, folder = temporaryFolder()) {
  const secrets = [resource('AWS::SecretsManager::Secret', ARN, properties)]
  const { service } = await openSecrets({ secrets, folder })
  const resources = [...functionWith('f', allow('secretsmanager:*', ARN)), ...secrets]
  const { door, as } = await startTestDoor(resources, { secretsmanager: service })
  onTestFinished(door.close)
  const client = new SecretsManagerClient(as('f'))
  const put = (ClientRequestToken: string, SecretString: string, more: object = {}) =>
    client.send(new PutSecretValueCommand({ SecretId: ARN, ClientRequestToken, SecretString, ...more }))
  const get = (more: object = {}) => client.send(new GetSecretValueCommand({ SecretId: ARN, ...more }))
  return { client, folder, put, get }
}

describe('a secret', () => {
  it('without a value has none', async () => {
    const { get } = await started()
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    })
  })

  it('gives its newest value, by ARN or name, also after a restart', async () => {
    const { folder, put, get } = await started()
    await put(FIRST, 'one')
    await put(SECOND, 'two')
    expect(await get()).toMatchObject({
      ARN,
      Name: 'Test-KeyRing',
      VersionId: SECOND,
      SecretString: 'two',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Date),
    })
    const again = await started({}, folder)
    expect((await again.get({ SecretId: 'Test-KeyRing' })).SecretString).toBe('two')
  })

  it('takes the same value under the same token as one, and no other value', async () => {
    const { put, get } = await started()
    const rivals = await Promise.all([put(FIRST, 'one'), put(FIRST, 'one'), put(FIRST, 'one')])
    expect(rivals.map(({ VersionId }) => VersionId)).toEqual([FIRST, FIRST, FIRST])
    await expect(put(FIRST, 'other')).rejects.toMatchObject({ name: 'ResourceExistsException' })
    await put(SECOND, 'two')
    await put(FIRST, 'one')
    expect((await get()).SecretString).toBe('two')
  })

  it('keeps the value before as AWSPREVIOUS and forgets older ones', async () => {
    const { client, put, get } = await started()
    await put(FIRST, 'one')
    await put(SECOND, 'two')
    expect((await get({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one')
    await put(THIRD, 'three')
    expect((await get({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('two')
    await expect(get({ VersionId: FIRST })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: ARN }))
    expect(VersionIdsToStages).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] })
  })

  it('may hold a value beside the current one', async () => {
    const { put, get } = await started()
    await put(FIRST, 'one')
    await put(SECOND, 'next', { VersionStages: ['AWSPENDING'] })
    expect((await get()).SecretString).toBe('one')
    expect((await get({ VersionStage: 'AWSPENDING' })).SecretString).toBe('next')
  })

  it('may hold bytes', async () => {
    const { client, get } = await started()
    const SecretBinary = new Uint8Array([0, 255])
    await client.send(new PutSecretValueCommand({ SecretId: ARN, ClientRequestToken: FIRST, SecretBinary }))
    expect((await get()).SecretBinary).toEqual(SecretBinary)
  })

  it('lies in a file that only its owner may read', async () => {
    const { folder, put } = await started()
    await put(FIRST, 'one')
    const files = readdirSync(folder)
    expect(files).toEqual(['Test-KeyRing.json'])
    expect(statSync(join(folder, files[0]!)).mode & 0o777).toBe(0o600)
  })

  it('gets its first value from the template, once', async () => {
    const generated = await started({ GenerateSecretString: {} })
    const { SecretString } = await generated.get()
    expect(SecretString).toMatch(/^[\w-]{32}$/)
    expect((await (await started({ GenerateSecretString: {} }, generated.folder)).get()).SecretString).toBe(
      SecretString,
    )
    expect((await (await started({ SecretString: 'given' })).get()).SecretString).toBe('given')
    await expect(started({ GenerateSecretString: { PasswordLength: 8 } })).rejects.toThrow('GenerateSecretString')
  })

  it('that is not in the template is not found', async () => {
    const { service } = await openSecrets({ secrets: [], folder: temporaryFolder() })
    const { door, as } = await startTestDoor(functionWith('f', allow('*', '*')), { secretsmanager: service })
    onTestFinished(door.close)
    const client = new SecretsManagerClient(as('f'))
    await expect(client.send(new GetSecretValueCommand({ SecretId: ARN }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    })
  })

  it.each([
    ['a short token', { ClientRequestToken: 'short' }, 'InvalidParameterException'],
    ['no value', { SecretString: undefined }, 'InvalidRequestException'],
    ['a field that is not known', { RotationToken: 'x'.repeat(40) }, 'InvalidParameterException'],
  ])('is not put with %s', async (_what, more, name) => {
    const { put, get } = await started()
    await expect(put(FIRST, 'one', more)).rejects.toMatchObject({ name })
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
