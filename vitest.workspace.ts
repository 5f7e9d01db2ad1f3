// The two vitest projects: `vitest run --config vitest.workspace.ts --project unit`.
import { defineConfig } from 'vitest/config'

/** Tests run from source: the private export condition points every workspace import at src. */
const conditions = ['@linkwright/source', 'node', 'import', 'module', 'default']

function project(name: string, include: string[], more: object = {}) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { name, include, environment: 'node', ...more },
  }
}

export default defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'scripts/*.test.ts']),
      // Whole-process tests: servers, commands and several processes on one file.
      project('contract', ['packages/*/test/**/*.test.ts', 'docs/**/*.test.ts', 'examples/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
    ],
  },
})
