// Who may import whom, between packages and inside core. Read by scripts/arrows.ts.

/** What each package may import of the others. A package that is not here may import none and be imported by none. */
const arrows = {
  core: [],
  'storage-memory': ['core'],
  'storage-sql': ['core'],
  redis: ['core'],
  http: ['core'],
  conformance: ['core', 'http'],
  express: ['http'],
  fastify: ['http'],
  next: ['http'],
  oauth: ['http'],
  client: ['http'],
  linkwright: ['core', 'http', 'storage-memory', 'storage-sql', 'redis'],
}

/** Each slice of core may import what stands before it, never what stands after. */
const slices = [
  'quota',
  'idempotency',
  'tokens',
  'signing',
  'domains',
  'screening',
  'links',
  'rules',
  'clicks',
  'redirect',
  'campaigns',
  'qr',
  'bio',
  'webhooks',
  'accounts',
  'organizations',
  'workspaces',
]

const dialects = 'rest|suite|integrator|account'
const tests = '[.]test[.]ts$|^packages/[^/]+/test/'
const names = Object.keys(arrows).join('|')

function wrong(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to }
}

const packageArrows = Object.entries(arrows).flatMap(([name, allowed]) => {
  const reach = (list) => ({ path: '^packages/', pathNot: `^packages/(${[name, ...list].join('|')})/` })
  return [
    wrong(`arrow-of-${name}`, 'design: packages', { path: `^packages/${name}/src/`, pathNot: tests }, reach(allowed)),
    // Tests beside the file may also run the suites, and core and http need some storage to be tested on.
    wrong(
      `arrow-of-${name}-tests`,
      'tests may also import conformance and the storage in memory',
      { path: `^packages/${name}/src/.*[.]test[.]ts$` },
      reach([...allowed, 'core', 'conformance', 'storage-memory']),
    ),
  ]
})

const sliceOrder = slices
  .slice(0, -1)
  .map((slice, place) =>
    wrong(
      `slice-${slice}`,
      'a slice imports only what stands left of it',
      { path: `^packages/core/src/${slice}/`, pathNot: tests },
      { path: `^packages/core/src/(${slices.slice(place + 1).join('|')})/` },
    ),
  )

/** The rule engine is published as a subpath of its own; these are the slice around it. */
const aroundEngine = '^packages/core/src/rules/(rule|rules|store|input)[.]ts$'

module.exports = {
  forbidden: [
    ...packageArrows,
    wrong('package-not-drawn', 'add the package to the table of arrows', { path: `^packages/(?!(${names})/)` }, {}),
    wrong(
      'package-by-path',
      'another package is imported by its name',
      { path: '^packages/([^/]+)/' },
      // The vectors are data that tests of several packages hold the code against.
      { path: '^packages/', pathNot: '^packages/($1|core/vectors)/', dependencyTypes: ['local'] },
    ),
    wrong(
      'out-of-package',
      'a package imports nothing of the repository around it',
      { path: '^packages/[^/]+/src/' },
      {
        pathNot: '^packages/|node_modules/',
        dependencyTypes: ['local'],
      },
    ),
    ...sliceOrder,
    wrong(
      'slice-without-place',
      'add the slice to the order',
      { path: `^packages/core/src/(?!(${slices.join('|')})/)[^/]+/` },
      {},
    ),
    wrong(
      'core-root-to-slice',
      'of the files beside the slices, only storage.ts, core.ts and index.ts know them',
      { path: '^packages/core/src/[^/]+[.]ts$', pathNot: `^packages/core/src/(storage|core|index)[.]ts$|${tests}` },
      { path: '^packages/core/src/[^/]+/' },
    ),
    wrong(
      'slice-to-composition',
      'no room calls back up',
      { path: '^packages/core/src/[^/]+/', pathNot: tests },
      { path: '^packages/core/src/(core|index)[.]ts$' },
    ),
    wrong(
      'rule-engine-alone',
      'the rule engine imports itself and its regex engine',
      { path: '^packages/core/src/rules/', pathNot: `${aroundEngine}|${tests}` },
      { pathNot: '^packages/core/src/rules/|/re2js/' },
    ),
    wrong(
      'rule-engine-inside-out',
      'the rule engine does not know the slice around it',
      { path: '^packages/core/src/rules/', pathNot: `${aroundEngine}|${tests}` },
      { path: aroundEngine },
    ),
    wrong(
      'core-is-pure',
      'core computes: no files, sockets, timers or processes',
      { path: '^packages/core/src/', pathNot: tests },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|zlib|timers/promises)$' },
    ),
    wrong(
      'dialects-apart',
      'dialects never import each other',
      { path: `^packages/http/src/(${dialects})/` },
      { path: `^packages/http/src/(${dialects})/`, pathNot: '^packages/http/src/$1/' },
    ),
    wrong('no-cycle', 'two files that need each other are one file, or three', {}, { circular: true }),
    wrong(
      'undeclared',
      'add it to the package.json',
      { path: '^packages/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    wrong('unresolved', 'there is no such file or package', {}, { couldNotResolve: true }),
    wrong(
      'development-only',
      'what is published cannot import a development dependency',
      { path: '^packages/[^/]+/src/', pathNot: tests },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
    ),
  ],
  options: {
    // Only our own: most packages of others live in a dist folder, and must be seen to be judged.
    exclude: { path: '^packages/[^/]+/dist/' },
    doNotFollow: { path: 'node_modules' },
    // Types count: an arrow is an arrow.
    tsPreCompilationDeps: true,
    // Tests use what the root declares (vitest, fast-check).
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@linkwright/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
