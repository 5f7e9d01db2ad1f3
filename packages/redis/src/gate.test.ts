// The gate alone: when it shuts, what it refuses, and how it opens again.
import { expect, test } from 'vitest'
import { createGate, RedisAway } from './gate.ts'

test('a timeout shuts it: commands are refused without being tried, until a probe succeeds', async () => {
  const node = createNode()
  const gate = createGate(node.probe)
  expect(await gate.run('key', async () => 'answer')).toBe('answer')
  node.isAlive = false
  await expect(gate.run('key', () => Promise.reject(new Error('no answer')))).rejects.toThrow(RedisAway)
  expect(gate.isOpen).toBe(false)
  let tried = false
  const attempt = gate.run('key', async () => {
    tried = true
  })
  await expect(attempt).rejects.toThrow(RedisAway)
  expect(tried).toBe(false)
  await expect.poll(() => node.probes.length, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(gate.isOpen).toBe(false)
  node.isAlive = true
  await expect.poll(() => gate.isOpen, { timeout: 10_000 }).toBe(true)
  expect(await gate.run('key', async () => 'answer')).toBe('answer')
  // It was away for a while: the other processes may not be back yet.
  expect(gate.isSteady).toBe(false)
  await expect.poll(() => gate.isSteady, { timeout: 10_000 }).toBe(true)
  expect(new Set(node.probes)).toEqual(new Set(['key']))
})

test('one slow answer shuts it for no longer than a probe takes', async () => {
  const gate = createGate(createNode().probe)
  await expect(gate.run('key', () => Promise.reject(new Error('no answer')))).rejects.toThrow(RedisAway)
  await expect.poll(() => gate.isOpen).toBe(true)
})

test('there is one probe at a time', async () => {
  const node = createNode()
  node.isAlive = false
  const gate = createGate(node.probe)
  const fail = () => gate.run('key', () => Promise.reject(new Error('no answer')))
  await Promise.allSettled(Array.from({ length: 20 }, fail))
  expect(node.probes).toHaveLength(1)
  gate.stop()
})

test.each([
  ['ERR wrong number of arguments', true],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', true],
  ['BUSYGROUP Consumer Group name already exists', true],
  ['LOADING Redis is loading the dataset in memory', false],
  ["READONLY You can't write against a read only replica.", false],
  ['CLUSTERDOWN The cluster is down', false],
  ["OOM command not allowed when used memory > 'maxmemory'.", true],
  ['BUSY Redis is busy running a script.', false],
])('%s: is that an answer? %s', async (message, isAnswer) => {
  const error = Object.assign(new Error(message), { name: 'ReplyError' })
  const gate = createGate(() => Promise.reject(error))
  const failed: unknown = await gate.run('key', () => Promise.reject(error)).catch((reason: unknown) => reason)
  expect(failed instanceof RedisAway).toBe(!isAnswer)
  expect(gate.isOpen).toBe(isAnswer)
  gate.stop()
})

function createNode() {
  const node = {
    isAlive: true,
    probes: [] as string[],
    probe: async (key: string) => {
      node.probes.push(key)
      if (!node.isAlive) throw new Error('no answer')
    },
  }
  return node
}
