import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

export type SecretVersion = {
  id: string
  kind: 'string' | 'binary'
  /** A binary value is in base64, as in calls. */
  value: string
  stages: string[]
  /** Seconds since 1970. */
  createdAt: number
}

export type SecretFile = { versions(): SecretVersion[]; write(versions: SecretVersion[]): void }

/** One secret in a file that only its owner may read. A new one is renamed into place: never there in part. */
export function openSecretFile(path: string): SecretFile {
  let versions: SecretVersion[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
  return {
    versions: () => versions,
    write(changed) {
      const temporary = `${path}.new`
      const file = openSync(temporary, 'w', 0o600)
      try {
        writeFileSync(file, JSON.stringify(changed))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
      versions = changed
    },
  }
}
