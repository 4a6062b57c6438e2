import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'rules',
          include: ['test/{domain,http,crypto,store,triggers}/**/*.test.ts'],
        },
      },
      { test: { name: 'template', include: ['test/lib/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'local', include: ['test/local/**/*.test.ts'], testTimeout: 30_000 } },
    ],
  },
})
