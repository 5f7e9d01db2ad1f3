// A server that ends connections, is away, or does not answer: calls say so, the process lives, and all is well afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { type Change, LinkwrightError, type Storage } from '@linkwright/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type PostgresOptions, postgres } from './index.ts'
import { dropDatabase, newDatabase, newName, runSql, serverUrl } from './test-database.ts'
import { openRelay, type Relay } from './test-relay.ts'

const PATIENCE = { timeout: 20_000, interval: 20 }

let database: string
let relay: Relay
let schema: string
let name: string

beforeAll(async () => {
  database = await newDatabase()
  relay = await openRelay(database)
})
afterAll(async () => {
  await relay.stop()
  await dropDatabase(database)
})
beforeEach(() => {
  schema = newName()
  name = newName()
})

function open(options?: PostgresOptions): Storage {
  return postgres(relay.url, { schema, applicationName: name, ...options })
}

async function openMigrated(options?: PostgresOptions): Promise<Storage> {
  const storage = open(options)
  await storage.migrate()
  return storage
}

/** Ends all connections of this test, as an operator would. */
function terminate(): Promise<unknown> {
  return runSql(
    serverUrl(),
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
  )
}

function use(storage: Storage): Promise<void> {
  return storage.of(OWNER).usage.set('links', '2026-11', 1)
}

async function expectAway(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(LinkwrightError)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', cause: expect.any(Error) })
}

test('connections that the server ends while nobody uses them are no harm', async () => {
  const storage = await openMigrated()
  await Promise.all(Array.from({ length: 5 }, () => use(storage)))
  await terminate()
  await expect.poll(() => use(storage).then(() => 'done', String), PATIENCE).toBe('done')
  await storage.close()
})

test('a connection that ends in the midst of a transaction undoes it, and the next one works', async () => {
  const storage = await openMigrated()
  await expectAway(
    storage.transaction(async (inner) => {
      await use(inner)
      await terminate()
      await inner.of(OWNER).usage.set('links', '2026-12', 1)
    }),
  )
  await expect.poll(() => storage.of(OWNER).usage.read('links', '2026-11').catch(String), PATIENCE).toBe(0)
  await storage.close()
})

test('while the server is away calls say so, and once it is back they work', async () => {
  const storage = await openMigrated()
  await storage.of(OWNER).links.insert({ link: linkRow({ id: 'a', slug: 'a' }), slugKey: 'a', tombstonesSince: 0 })
  await relay.stop()
  await expectAway(use(storage))
  await expectAway(Promise.resolve(storage.open.snapshots.get(null, 'a')))
  await expectAway(storage.transaction(use))
  await expectAway(storage.migrate())
  await relay.start()
  await use(storage)
  expect(await storage.open.snapshots.get(null, 'a')).toMatchObject({ link: { id: 'a' } })
  await storage.close()
})

test('a server that does not answer any more is not waited for', async () => {
  const storage = await openMigrated({ statementTimeoutMs: 300, connectTimeoutMs: 300 })
  await use(storage)
  relay.freeze()
  await expectAway(storage.transaction(use))
  await expectAway(use(storage))
  relay.thaw()
  await use(storage)
  await storage.close()
})

test('a commit whose answer is lost is not reported as done, nor done twice', async () => {
  const storage = await openMigrated()
  relay.cutAfter('commit\0')
  let runs = 0
  await expectAway(
    storage.transaction(async (inner) => {
      runs++
      await inner.of(OWNER).usage.reserve('links', '2026-11', 10, 1)
    }),
  )
  expect(runs).toBe(1)
  expect(await storage.of(OWNER).usage.read('links', '2026-11')).toBe(1)
  await storage.close()
})

test('no error shows the password', async () => {
  const secret = 'correct-horse'
  const url = new URL(relay.url)
  url.password = secret
  const errors: unknown[] = []
  const storage = postgres(url.href, { schema, connectTimeoutMs: 300 })
  await relay.stop()
  await use(storage).catch((error: unknown) => errors.push(error))
  await relay.start()
  const wrong = new URL(url)
  wrong.pathname = '/no_such_database'
  const nowhere = postgres(wrong.href)
  await nowhere.migrate().catch((error: unknown) => errors.push(error))
  for (const text of [`mysql://user:${secret}@host/db`, `postgres://user:${secret}@ho st:x/db`]) {
    try {
      postgres(text)
    } catch (error) {
      errors.push(error)
    }
  }
  expect(errors).toHaveLength(4)
  expect(errors.map((error) => inspect(error, { depth: 9, showHidden: true })).join()).not.toContain(secret)
  await Promise.all([storage.close(), nowhere.close()])
})

test('a watch that is cut off says so, and comes back with everything', async () => {
  const storage = await openMigrated()
  const heard: Change[] = []
  const watch = storage.watch((changes) => heard.push(...changes))
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(true)
  expect(heard).toEqual([{ kind: 'all' }])
  await terminate()
  await expect.poll(() => heard, PATIENCE).toEqual([{ kind: 'all' }, { kind: 'all' }])
  heard.length = 0
  await relay.stop()
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(false)
  await relay.start()
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(true)
  await storage.open.announce({ kind: 'keys', ownerId: 'owner' })
  await expect.poll(() => heard, PATIENCE).toEqual([{ kind: 'all' }, { kind: 'keys', ownerId: 'owner' }])
  watch.stop()
  await storage.close()
})

test('what a watch cannot read means everything', async () => {
  const storage = await openMigrated()
  const heard: Change[] = []
  const watch = storage.watch((changes) => heard.push(...changes))
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(true)
  heard.length = 0
  await runSql(database, `select pg_notify('linkwright', '${schema} {')`)
  await expect.poll(() => heard, PATIENCE).toEqual([{ kind: 'all' }])
  await storage.close()
})

test('a watch whose server has fallen silent says so', async () => {
  const storage = await openMigrated()
  const watch = storage.watch(() => {})
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(true)
  relay.freeze()
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(false)
  relay.thaw()
  await expect.poll(() => watch.healthy(), PATIENCE).toBe(true)
  await storage.close()
  expect(watch.healthy()).toBe(false)
})

test('a process that closes while the server is silent ends all the same', async () => {
  const place = new URL('./index.ts', import.meta.url).href
  const script = `import { postgres } from ${JSON.stringify(place)}
    const storage = postgres(${JSON.stringify(relay.url)}, { schema: '${schema}' })
    await storage.migrate()
    const watch = storage.watch(() => {})
    const waiting = setInterval(() => watch.healthy() && process.stdout.write('hears'), 20)
    process.stdin.once('data', async () => {
      clearInterval(waiting)
      process.stdin.destroy()
      await storage.close()
    })`
  const args = ['--conditions=@linkwright/source', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const patience = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await once(child.stdout, 'data')
  relay.freeze()
  child.stdin.write('close')
  expect(await exited).toEqual([0, null])
  clearTimeout(patience)
  relay.thaw()
})

test('a connection that ends in the very moment it is made is an error of the call, and of nothing else', async () => {
  const message = (type: string, body: string) => {
    const bytes = Buffer.from(body, 'latin1')
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length + 4)
    return Buffer.concat([Buffer.from(type), length, bytes])
  }
  const greeting = [message('R', '\0\0\0\0'), message('Z', 'I'), message('E', 'SFATAL\0C57P01\0Mterminating\0\0')]
  // All in one packet: what a server says that was stalled, and is killed.
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(Buffer.concat(greeting)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const storage = postgres(`postgres://nobody@127.0.0.1:${port}/none`)
  for (let call = 0; call < 3; call++) {
    await expect(storage.ready()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  }
  await storage.close()
  server.close()
})
