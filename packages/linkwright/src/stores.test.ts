// What a server shares with others, opened: whether anybody learns that Redis is not there.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { openStores } from './stores.ts'

const PATIENCE = { timeout: 10_000, interval: 50 }

function open(redisUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-stores-'))
  const lines: string[] = []
  const config = readConfig({ DATABASE_URL: `sqlite:${join(folder, 'links.db')}`, REDIS_URL: redisUrl })
  const stores = openStores(
    config,
    createLogger('info', (line) => lines.push(line)),
  )
  onTestFinished(async () => {
    await stores.journal?.close()
    await stores.storage.close()
    await stores.close()
    rmSync(folder, { recursive: true })
  })
  return { stores, lines }
}

test('a Redis that does not answer is told once, without its password', async () => {
  const { lines } = open('redis://:correct-horse@127.0.0.1:1')
  await expect.poll(() => lines.join(), PATIENCE).toContain('Redis does not answer')
  expect(lines).toHaveLength(1)
  expect(lines.join()).not.toContain('correct-horse')
})
