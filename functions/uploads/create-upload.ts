import { config } from '../config.ts'
import type { Scan } from '../contents/content.ts'
import { giveUpAt, LARGEST_SINGLE, PUT_LIFE, partSizeFor, type Upload } from '../contents/upload.ts'
import { uploads, urls, usage } from '../contents/wiring.ts'
import { newId } from '../crypto/secrets.ts'
import type { Ahead } from '../data/ahead.ts'
import type { InTable } from '../data/batch.ts'
import { LetheError } from '../errors.ts'
import { ROOT } from '../files/access.ts'
import { checkName } from '../files/name.ts'
import type { Tree } from '../files/tree-store.ts'
import { tree } from '../files/wiring.ts'
import { isoTime } from '../http/contract.ts'
import { idempotencyKey, idFor } from '../http/idempotency.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { createUpload } from './contract.ts'
import { uploadView } from './views.ts'

const needs = () => ({
  uploads: uploads(),
  usage: usage(),
  limits: config.uploadLimits(),
  urls: urls(),
  tree: tree(),
  scan: scanOfNew(config.scanner()),
})
type Needs = ReturnType<typeof needs>

const ROUTE = 'POST /files'

export const handler = protectedEndpoint(createUpload, needs)
  .reading(({ body, headers, caller }, { uploads, tree }) => {
    const key = idempotencyKey(headers)
    const before = key === undefined ? [] : [uploads.keyOf(idFor(caller.userId, ROUTE, key))]
    return [...before, ...placeKeys(tree, body, caller.userId)]
  })
  .run(async ({ body, headers, caller, ahead, now }, has) => {
    const { uploads, urls, tree } = has
    const by = caller.userId
    const isSingle = body.size <= LARGEST_SINGLE
    checkDigest(body, isSingle)
    const key = idempotencyKey(headers)
    const id = idFor(by, ROUTE, key)
    const { owner, ...target } =
      'fileId' in body ? await newVersionOf(tree, body.fileId, by, ahead) : await newFileAt(tree, body, by, ahead)
    const asked = { ...target, size: body.size, type: body.type, ...(isSingle ? { sum: body.sha256 ?? '' } : {}) }
    const before = key === undefined ? undefined : await uploads.find(id, ahead)
    const upload = before ?? (await begin(has, { ...asked, id, owner, by }, key === undefined, now))
    checkSame(upload, asked)
    // A late repetition gets no URL, because the URL could outlive the upload.
    const isOpen = upload.state === 'pending' && now + 2 * PUT_LIFE < giveUpAt(upload)
    const put = isOpen && isSingle ? await urls.put(upload, now) : undefined
    const body201 = { upload: uploadView(upload, by) }
    if (!put) return { status: 201, body: body201 }
    return { status: 201, body: { ...body201, put: { ...put, expiresAt: isoTime(put.expiresAt) } } }
  })

/** With a scanner, nobody gets the file before it was scanned. */
const scanOfNew = (scanner: 'none' | 'events'): Scan => (scanner === 'events' ? 'pending' : 'none')

type UploadTarget = { owner: string; folder: string; name: string; file?: string }
type NewFile = { path: string } | { folderId?: string; name: string }
type Announced = Omit<UploadTarget, 'owner'> & { size: number; type: string; sum?: string }

/** What the search for the place reads first. Only the first step of a path is known beforehand. */
function placeKeys(tree: Tree, body: NewFile | { fileId: string }, caller: string): InTable[] {
  if ('fileId' in body) return tree.keysOf(body.fileId)
  const { folderId = ROOT, name } = 'path' in body ? { name: body.path.split('/')[0] ?? '' } : body
  checkName(name)
  return [...tree.keysOf(folderId), tree.childKey(folderId === ROOT ? caller : folderId, name)]
}

async function newVersionOf(tree: Tree, file: string, caller: string, ahead?: Ahead): Promise<UploadTarget> {
  const { node } = await tree.listed('file', file, caller, 'write', ahead)
  return { owner: node.owner, folder: node.folder, name: node.name, file }
}

async function newFileAt(tree: Tree, body: NewFile, caller: string, ahead?: Ahead): Promise<UploadTarget> {
  const { folderId = ROOT, name } = 'path' in body ? await placeOf(tree, body.path, caller, ahead) : body
  checkName(name)
  const { node } = await tree.folder(folderId, caller, 'write', ahead)
  if ((await tree.child(node.id, name, ahead))?.kind === 'folder') throw new LetheError('name_taken')
  return { owner: node.owner, folder: node.id, name }
}

/** Reserves room first, so that there is room for whatever is sent to a URL. */
async function begin(has: Needs, asked: Announced & Pick<Upload, 'id' | 'owner' | 'by'>, once: boolean, now: number) {
  const { uploads, usage, limits, scan, urls } = has
  const { id, owner, size } = asked
  const isTaken = await usage.reserve(owner, { id, size, at: now }, limits)
  const fresh: Upload = { ...asked, state: 'pending', node: newId(), refs: 0, scan, createdAt: now }
  const giveBack = async () => isTaken && (await usage.release(owner, { id, size }))
  const upload = await inParts(urls, fresh).catch(async (error) => {
    // With a key, a parallel repetition may use this room. The sweep gives it back if no upload has it.
    if (once) await giveBack()
    throw error
  })
  const found = await uploads.create(upload)
  // Another request with this key was faster. If its upload is over or has another owner, this room is given back.
  const isHolder = found?.state === 'pending' && found.owner === owner
  if (found && !isHolder) await giveBack()
  return found ?? upload
}

async function inParts(urls: Needs['urls'], upload: Upload): Promise<Upload> {
  if (upload.sum !== undefined) return upload
  return { ...upload, partSize: partSizeFor(upload.size), uploadId: await urls.startParts(upload) }
}

function checkSame(found: Upload, asked: Announced): void {
  const { folder, name, file, size, type } = asked
  const isSamePlace = found.file === file && (file !== undefined || (found.folder === folder && found.name === name))
  const isSame = isSamePlace && found.size === size && found.type === type
  const isSameContent = asked.sum === undefined || asked.sum === found.sum
  if (!isSame || !isSameContent) throw new LetheError('idempotency_key_reused')
}

function checkDigest({ sha256 }: { sha256?: string | undefined }, isSingle: boolean): void {
  if (isSingle === (sha256 !== undefined)) return
  const message = isSingle ? 'is needed up to 16 MiB' : 'is of each part above 16 MiB'
  throw new LetheError('invalid_input', { errors: [{ field: 'sha256', message }] })
}

/** From the caller's own root, folder by folder. */
async function placeOf(
  tree: Tree,
  path: string,
  caller: string,
  ahead?: Ahead,
): Promise<{ folderId: string; name: string }> {
  const [name = '', ...folders] = path.split('/').reverse()
  let folderId = ROOT
  for (const folder of folders.reverse()) {
    checkName(folder)
    const found = await tree.child(folderId === ROOT ? caller : folderId, folder, ahead)
    if (found?.kind !== 'folder') throw new LetheError('folder_not_found')
    folderId = found.id
  }
  return { folderId, name }
}
