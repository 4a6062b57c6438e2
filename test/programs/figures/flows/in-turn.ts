/** Measures all subjects in each round, because a machine is not the same all the time; gives their medians. */
export async function inTurn<Name extends string, Subject, Figures extends Record<string, number>>(
  rounds: number,
  subjects: Record<Name, Subject>,
  measure: (subject: Subject) => Promise<Figures>,
): Promise<Record<Name, Figures>> {
  const samples = Object.entries<Subject>(subjects).map(([name, subject]) => ({
    name,
    subject,
    figures: [] as Figures[],
  }))
  for (let round = 1; round <= rounds; round++) {
    for (const { name, subject, figures } of samples) {
      const measured = await measure(subject)
      const all = Object.entries(measured).map(([figure, value]) => `${figure} ${Math.round(value)}`)
      console.log(`round ${round}, ${name}: ${all.join(', ')}`)
      figures.push(measured)
    }
  }
  return Object.fromEntries(samples.map(({ name, figures }) => [name, medians(figures)])) as Record<Name, Figures>
}

function medians<Figures extends Record<string, number>>(rounds: Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((each) => each[name] ?? Number.NaN))]),
  ) as Figures
}

/** There are few rounds: of an even number, the mean of the middle two. */
function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const last = sorted.length - 1
  return (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2
}
