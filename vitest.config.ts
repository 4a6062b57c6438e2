import { defineConfig } from 'vitest/config'

const common = {
  setupFiles: ['test/helpers/count.ts'],
  // For machines that are slow or busy: only what hangs is red.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // By default one core is left alone, and on two cores file would wait for file.
  maxWorkers: '100%',
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'rules', include: ['test/functions/**/*.test.ts'] } },
      { test: { ...common, name: 'template', include: ['test/lib/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/before-all.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // They wait for mails, scans and queues: beside each other, whatever the number of cores.
          maxWorkers: 8,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...common, name: 'laptop', include: ['packages/*/test/**/*.test.ts'] } },
    ],
  },
})
