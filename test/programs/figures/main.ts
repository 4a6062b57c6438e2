import { writeFile } from 'node:fs/promises'
import { weighBundles } from './bundles.ts'
import { tableOf } from './calls/table.ts'
import { countCalls } from './calls.ts'
import { measureColdStarts, ratios } from './cold-start.ts'
import { showFlows } from './flows/show-flows.ts'
import { measureFolderMove } from './folder-move.ts'
import { countHouse } from './house.ts'
import { measureLaptopUploads } from './laptop-uploads.ts'
import { measureManyFiles } from './many-files.ts'
import { hasProc } from './processes.ts'
import { measureRequestCpu } from './request-cpu.ts'
import { measureReservations } from './reservations.ts'
import { measureStartUp } from './start-up.ts'
import { measureStoreCalls } from './store-calls.ts'
import { openVerdicts } from './verdicts.ts'

const ROUNDS = 21
const verdicts = openVerdicts()
const { atMost, exactly, missed } = verdicts

/** All, or those that are named: `npm run figures -- many-files uploads`. */
const FIGURES = {
  'cold-starts': coldStarts,
  bundles,
  house,
  calls,
  'many-files': manyFiles,
  'folder-move': folderMove,
  reservations,
  uploads,
  'start-up': startUp,
  flows: () => showFlows(verdicts),
  'request-cpu': requestCpu,
  'store-calls': storeCalls,
}

for (const [name, show] of Object.entries(FIGURES)) {
  const asked = process.argv.slice(2)
  if (asked.length === 0 || asked.includes(name)) await show()
}
if (missed.length > 0) throw new Error(`missed: ${missed.join('; ')}`)

async function coldStarts() {
  console.log(`\ncold starts, medians of ${ROUNDS} in turn; milliseconds, and ratio to the plain bundle`)
  console.log(row('bundle', 'load', 'ratio', 'first DynamoDB answer', 'ratio', 'whole request'))
  const starts = ratios(await measureColdStarts(ROUNDS))
  for (const { name, load, loadRatio, answered, answeredRatio, done } of starts) {
    console.log(
      row(name, load.toFixed(1), loadRatio.toFixed(2), answered.toFixed(1), answeredRatio.toFixed(2), done.toFixed(1)),
    )
  }
  for (const { name, loadRatio, answeredRatio } of starts.filter(({ name }) => name !== 'plain')) {
    atMost(`load of ${name} over that of the plain bundle`, loadRatio, 0.55)
    atMost(`load and first DynamoDB answer of ${name} over those of the plain bundle`, answeredRatio, 0.65)
  }
}

async function bundles() {
  const { sizes, withS3 } = await weighBundles()
  console.log('\nwhat a function loads when it starts: bytes as they are, by gzip, and in how many files')
  for (const { name, raw, gzip, files } of sizes) console.log(row(name, String(raw), String(gzip), String(files)))
  exactly('zones that load client-s3 when they start', String(withS3.length), '0')
}

async function house() {
  const { nouns, behind } = await countHouse()
  console.log('\nthe house: files and lines of each room')
  for (const { name, files, lines } of nouns) console.log(row(name, String(files), String(lines)))
  console.log(row('files behind a route', `median ${behind.median}`, `least ${behind.least}`, `most ${behind.most}`))
}

async function storeCalls() {
  console.log('\nCPU of one GetItem in milliseconds: calls 20 to 70 of a process, 500 to 700, 5,000 to 6,000')
  for (const [name, { young, grown, old }] of Object.entries(await measureStoreCalls())) {
    console.log(row(name, young.toFixed(2), grown.toFixed(2), old.toFixed(2)))
  }
}

async function calls() {
  const counted = await countCalls()
  console.log('\ncalls of one warm request: after a semicolon with the answers to those before, around an & at once')
  for (const line of tableOf(counted)) console.log(line)
  const { LETHE_CALLS_JSON: copy } = process.env
  if (copy) await writeFile(copy, `${JSON.stringify(counted, undefined, 2)}\n`)
}

async function manyFiles() {
  console.log('\n100 000 files of one user against 100, p99 at the handler; of the list its first page of 100')
  for (const [route, { ratio, few, many }] of Object.entries(await measureManyFiles())) {
    atMost(`${route}, many over few`, ratio, 1.2, `; ${many.toFixed(2)} and ${few.toFixed(2)} ms`)
  }
}

async function folderMove() {
  const { files, writes } = await measureFolderMove()
  console.log(`\na folder of ${files} files moves: items in each write`)
  for (const [index, items] of writes.entries()) exactly(index === 0 ? 'into a folder' : 'to the root', `${items}`, '4')
}

async function reservations() {
  const { rounds, taken, refused, most, quota, left } = await measureReservations()
  console.log(`\n${rounds} rounds of 64 reservations at once: ${taken} taken, ${refused} refused`)
  atMost('bytes ever reserved of one quota', most, quota)
  exactly('bytes still taken when all was given back twice', String(left), '0')
}

async function uploads() {
  const { copies, uploads, peakMb } = await measureLaptopUploads()
  const all = (seconds: number[]) => seconds.map((each) => each.toFixed(1)).join(', ')
  console.log('\n1 GiB by multipart upload against copying and hashing it, in turn; then 2 GiB by one PUT')
  const ratio = median(uploads) / median(copies)
  atMost('upload over copy and hash', ratio, 2, `; ${all(uploads)} s and ${all(copies)} s`)
  atMost('most memory of the laptop cloud, MB', peakMb, 200)
}

async function startUp() {
  const { nothingBuilt, unchanged, freshState } = await measureStartUp()
  console.log('\nnpm start to the first answered request, seconds')
  console.log(row('nothing built', nothingBuilt.toFixed(2)))
  console.log(row('unchanged build', unchanged.toFixed(2)))
  console.log(row('unchanged build, fresh state', freshState.toFixed(2)))
}

async function requestCpu() {
  console.log('\nCPU of the laptop cloud for one request, milliseconds')
  if (!hasProc) return console.log('needs /proc, which only Linux has')
  console.log(row('flow, around its request', 'main', 'functions', 'DynamoDB', 'all'))
  for await (const { flow, around, cpu } of measureRequestCpu()) {
    const { main, functions, dynamodb } = cpu
    const figures = [main, functions, dynamodb, main + functions + dynamodb].map((each) => each.toFixed(2))
    console.log(row(`${flow}, ${around}`, ...figures))
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(8)).join('  ')
}
