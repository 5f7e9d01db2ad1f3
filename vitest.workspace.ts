// The vitest projects: `vitest run --config vitest.workspace.ts --project unit`.
import { defineConfig } from 'vitest/config'

/** Tests run from source: the private export condition points every workspace import at src. */
const conditions = ['@linkwright/source', 'node']

/** No test is about time: the limit is there to end what hangs, on a busy machine too. */
const LIMIT_MS = 60_000

const limits = { testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS }

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'benchmarks/src/*.test.ts'],
          globalSetup: 'scripts/services/setup.ts',
          // Vitest would leave one of two cores to whoever is at the keyboard.
          maxWorkers: 2,
          ...limits,
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          // Whole-process tests: servers, commands and several processes on one file.
          name: 'contract',
          include: ['packages/*/test/**/*.test.ts', 'docs/**/*.test.ts', 'examples/**/*.test.ts'],
          globalSetup: ['scripts/contract-setup.ts', 'scripts/services/setup.ts'],
          // They wait for other processes more than they work.
          maxWorkers: 5,
          // Projects with as many workers each as they need run one after the other.
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          // The tests of the server once more, on Postgres with Redis beside it.
          name: 'contract-postgres',
          include: ['packages/linkwright/test/**/*.test.ts'],
          env: { LINKWRIGHT_TEST_ENGINE: 'postgres' },
          globalSetup: ['scripts/contract-setup.ts', 'scripts/services/setup.ts'],
          maxWorkers: 5,
          sequence: { groupOrder: 2 },
          ...limits,
        },
      },
    ],
  },
})
