// The two vitest projects: `vitest run --config vitest.workspace.ts --project unit`.
import { defineConfig } from 'vitest/config'

/** Tests run from source: the private export condition points every workspace import at src. */
const conditions = ['@linkwright/source', 'node', 'import', 'module', 'default']

/** No test is about time: the limit is there to end what hangs, on a busy machine too. */
const LIMIT_MS = 60_000

function project(name: string, include: string[], more: object = {}) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { name, include, environment: 'node', testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS, ...more },
  }
}

export default defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'scripts/*.test.ts', 'benchmarks/src/*.test.ts'], {
        // Vitest would leave one of two cores to whoever is at the keyboard.
        maxWorkers: 2,
      }),
      // Whole-process tests: servers, commands and several processes on one file.
      project('contract', ['packages/*/test/**/*.test.ts', 'docs/**/*.test.ts', 'examples/**/*.test.ts'], {
        globalSetup: 'scripts/contract-setup.ts',
        // They wait for other processes more than they work.
        maxWorkers: 3,
      }),
    ],
  },
})
