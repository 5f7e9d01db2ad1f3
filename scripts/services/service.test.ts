// Services for real: they come back with their data, they answer nothing while paused, and they never outlive their starter.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, expect, test, vi } from 'vitest'
import { startPostgres } from './postgres.ts'
import { startCluster, startRedis } from './redis.ts'
import { ask, readReply } from './resp.ts'
import type { Service } from './service.ts'
import { startServices } from './services.ts'

const started: Array<{ stop(): Promise<void> }> = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()))
  vi.unstubAllEnvs()
})

function kept<T extends { stop(): Promise<void> }>(service: T): T {
  started.push(service)
  return service
}

const portOf = ({ url }: Pick<Service, 'url'>) => Number(new URL(url).port)

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('close', () => socket.destroy()).end()
  })
}

/** Not there, or there for nobody but whoever should ask for its exit code. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

test('Redis is killed and comes back with its data, pauses, and leaves nothing', async () => {
  const redis = kept(await startRedis({ appendonly: true }))
  const { pid } = redis
  const port = portOf(redis)
  await ask(port, 'SET', 'kept', 'yes')
  await redis.kill()
  await expect(ask(port, 'PING')).rejects.toThrow('ECONNREFUSED')
  await redis.restart()
  expect(redis.pid).not.toBe(pid)
  expect(await ask(port, 'GET', 'kept')).toBe('yes')

  redis.pause()
  await expect(ask(port, 'PING')).rejects.toThrow('no answer')
  redis.resume()
  expect(await ask(port, 'PING')).toBe('PONG')

  redis.pause()
  await redis.stop()
  expect(isGone(redis.pid)).toBe(true)
  expect(existsSync(redis.folder)).toBe(false)
})

test('Postgres is killed and comes back on its port, also after an orderly end', async () => {
  const postgres = kept(await startPostgres({ maxConnections: 20 }))
  const port = portOf(postgres)
  for (const end of [() => postgres.kill(), () => postgres.kill('SIGINT'), async () => {}]) {
    const { pid } = postgres
    expect(await answers(port)).toBe(true)
    await end()
    await postgres.restart()
    expect(postgres.pid).not.toBe(pid)
  }
  await postgres.stop()
  expect(await answers(port)).toBe(false)
  expect(existsSync(postgres.folder)).toBe(false)
})

test('a Cluster has three masters with all slots, and a killed one comes back', async () => {
  const cluster = kept(await startCluster())
  const ports = cluster.url.split(',').map((node) => Number(node.split(':')[1]))
  expect(ports).toEqual(cluster.nodes.map(portOf))
  const info = () => Promise.all(ports.map((port) => ask(port, 'CLUSTER', 'INFO')))
  const whole = expect.stringMatching(/cluster_state:ok\r\ncluster_slots_assigned:16384[\s\S]*cluster_size:3\r/)
  expect(await info()).toEqual([whole, whole, whole])
  await cluster.nodes[1]!.kill()
  await cluster.nodes[1]!.restart()
  await expect.poll(info, { timeout: 20_000 }).toEqual([whole, whole, whole])
})

test('a service ends with the process that started it, even if that is killed', async () => {
  const code = `
    import { startRedis } from '${new URL('./redis.ts', import.meta.url)}'
    const { pid, folder } = await startRedis()
    console.log(JSON.stringify({ pid, folder }))
    setInterval(() => {}, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: starter.stdout }), 'line')
  const { pid, folder } = JSON.parse(line) as { pid: number; folder: string }
  expect(isGone(pid)).toBe(false)
  expect(existsSync(folder)).toBe(true)
  starter.kill('SIGKILL')
  await expect.poll(() => isGone(pid) && !existsSync(folder), { timeout: 20_000 }).toBe(true)
})

test('what the environment gives is used as it is, and what is not asked for is not started', async () => {
  vi.stubEnv('LINKWRIGHT_TEST_PG_URL', 'postgres://given')
  vi.stubEnv('LINKWRIGHT_TEST_REDIS_URL', '')
  const services = kept(await startServices({ postgres: true, redis: true }))
  expect(services.env).toEqual({
    LINKWRIGHT_TEST_PG_URL: 'postgres://given',
    LINKWRIGHT_TEST_REDIS_URL: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/),
  })
  expect(await ask(portOf({ url: services.env.LINKWRIGHT_TEST_REDIS_URL! }), 'PING')).toBe('PONG')
})

test('a reply is read when all of it is there', () => {
  expect(['+PO', '$5\r\nab', '$4\r\nabcd\r', ''].map(readReply)).toEqual([undefined, undefined, undefined, undefined])
  expect(['+PONG\r\n', ':3\r\n', '-ERR no\r\n', '$3\r\na\nb\r\n'].map(readReply)).toEqual([
    'PONG',
    '3',
    '-ERR no',
    'a\nb',
  ])
})
