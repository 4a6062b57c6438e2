// The CPU of a call in a process of its own: while its code is young, and after thousands of calls.
const { call } = await import(process.env.BUNDLE)
const WINDOWS = { young: [20, 70], grown: [500, 700], old: [5000, 6000] }
const milliseconds = {}
let done = 0
for (const [name, [from, to]] of Object.entries(WINDOWS)) {
  for (; done < from; done++) await call()
  const before = process.cpuUsage()
  for (; done < to; done++) await call()
  const { user, system } = process.cpuUsage(before)
  milliseconds[name] = (user + system) / 1000 / (to - from)
}
console.log(JSON.stringify(milliseconds))
process.exit(0)
