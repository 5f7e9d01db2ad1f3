// Installs what the repository needs, then runs scripts/<task>.ts on a Node that can (plain JavaScript, for Node 18 and later).
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PNPM = '12.21.0'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
const [task, ...args] = process.argv.slice(2)
/** These two run what was built; every other task runs the packages from source. */
const built = task === 'start' || task === 'linkwright'

install()
run()

/** The lockfile's hash is the stamp: nothing is installed while it stands. */
function install() {
  const stamp = join(root, 'node_modules', '.linkwright-install')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(process.platform + process.arch)
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write('linkwright: installing dependencies (once; about half a minute)\n')
  const done = spawnSync('npx', ['-y', `pnpm@${PNPM}`, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    // With NODE_ENV=production pnpm would leave out the tools that build.
    env: { ...process.env, NODE_ENV: 'development' },
    // What pnpm prints goes to stderr, so that a command's own output stays clean.
    stdio: ['ignore', task === 'linkwright' ? 'pipe' : 2, 2],
    maxBuffer: 64 * 1024 * 1024,
    shell: windows,
  })
  if (done.status !== 0) {
    if (done.stdout) process.stderr.write(done.stdout)
    process.stderr.write('linkwright: installing failed; the lines above say why\n')
    process.exit(done.status || 1)
  }
  writeFileSync(stamp, wanted)
}

/** Node 22.18 runs TypeScript as it is; anything older borrows the Node that was just installed. */
function run() {
  const bin = join(root, 'node_modules', '.bin')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const own = major > 22 || (major === 22 && minor >= 18)
  const node = own ? process.execPath : join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
  const flags = ['--disable-warning=ExperimentalWarning', ...(built ? [] : ['--conditions=@linkwright/source'])]
  const child = spawn(node, [...flags, join(root, 'scripts', `${task}.ts`), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [dirname(node), bin, process.env.PATH].join(delimiter) },
  })
  // Ctrl-C reaches the child by itself and through here as well: scripts/cli.ts lets a repeated signal do no harm.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`linkwright: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)))
}
