import { defineConfig } from 'vitest/config'

/** For machines that are slow or busy: only what hangs is red. */
const patience = { testTimeout: 300_000, hookTimeout: 300_000 }
const setupFiles = ['test/helpers/count.ts']

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'rules', include: ['test/functions/**/*.test.ts'], ...patience, setupFiles, maxWorkers: 2 } },
      { test: { name: 'template', include: ['test/lib/**/*.test.ts'], ...patience, setupFiles } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/before-all.ts',
          setupFiles,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // They wait for mails, scans and queues: beside each other, whatever the number of cores.
          maxWorkers: 8,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'laptop', include: ['packages/*/test/**/*.test.ts'], ...patience, setupFiles } },
    ],
  },
})
