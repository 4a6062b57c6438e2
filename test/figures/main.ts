import { measureColdStarts, ratios } from './cold-start.ts'
import { measureStartUp } from './start-up.ts'

const ROUNDS = 21

console.log(`cold starts, medians of ${ROUNDS} in turn; milliseconds, and ratio to the plain bundle`)
console.log(row('bundle', 'load', 'ratio', 'first DynamoDB answer', 'ratio', 'whole request'))
for (const { name, load, loadRatio, answered, answeredRatio, done } of ratios(await measureColdStarts(ROUNDS))) {
  console.log(
    row(name, load.toFixed(1), loadRatio.toFixed(2), answered.toFixed(1), answeredRatio.toFixed(2), done.toFixed(1)),
  )
}

const { nothingBuilt, unchanged, freshState } = await measureStartUp()
console.log('\nnpm start to the first answered request, seconds')
console.log(row('nothing built', nothingBuilt.toFixed(2)))
console.log(row('unchanged build', unchanged.toFixed(2)))
console.log(row('unchanged build, fresh state', freshState.toFixed(2)))

function row(name: string, ...cells: string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(8)).join('  ')
}
