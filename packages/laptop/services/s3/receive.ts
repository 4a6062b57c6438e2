import type { Call, Upload } from '../../door/call.ts'
import { type Checksum, startProof } from './checksums.ts'
import type { DataFile, DataFiles } from './data-files.ts'

type Received = { data: DataFile; etag: string; checksum: Checksum | undefined }

/** Stores the bytes of an upload if they are what its headers and trailers say. */
export async function receive(files: DataFiles, call: Call, etagFrom: 'md5' | 'sha256'): Promise<Received> {
  const { upload, headers } = call
  if (upload === undefined) throw new Error(`${call.operation} came without content`)
  const proof = startProof(headers, etagFrom)
  let checksum: Checksum | undefined
  const data = await files.receive(
    proved(upload, proof.update, () => {
      checksum = proof.prove({ ...headers, ...upload.trailers })
    }),
  )
  return { data, etag: `"${proof.etagDigest().slice(0, 32)}"`, checksum }
}

async function* proved({ bytes }: Upload, update: (piece: Buffer) => void, prove: () => void): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    update(piece)
    yield piece
  }
  prove()
}
