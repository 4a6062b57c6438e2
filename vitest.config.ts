import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'rules',
          include: ['test/functions/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      { test: { name: 'template', include: ['test/lib/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Many of its tests sit out a minute between two mails: beside each other, whatever the number of cores.
          maxWorkers: 8,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'laptop', include: ['packages/*/test/**/*.test.ts'], testTimeout: 30_000 } },
    ],
  },
})
