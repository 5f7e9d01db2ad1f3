// Log lines: one JSON object each, whatever is in them.
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function capture(level: 'debug' | 'warn' | 'silent') {
  const lines: string[] = []
  return { lines, logger: createLogger(level, (line) => lines.push(line)) }
}

test('lines below the level are not written', () => {
  const { lines, logger } = capture('warn')
  logger.debug({}, 'a')
  logger.info({}, 'b')
  logger.warn({}, 'c')
  logger.error({}, 'd')
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(['c', 'd'])
  expect(capture('silent').lines).toEqual([])
})

test('nothing that is logged can forge a line', () => {
  const { lines, logger } = capture('debug')
  logger.info({ slug: 'a\n{"level":"error"}\u001b[31m' }, 'x\ny')
  expect(lines).toHaveLength(1)
  expect(lines[0]!.trimEnd()).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', message: 'x\ny' })
})

test('errors keep their message and stack', () => {
  const { lines, logger } = capture('debug')
  logger.error({ error: new TypeError('broken') }, 'failed')
  expect(JSON.parse(lines[0]!).error).toMatchObject({ name: 'TypeError', message: 'broken' })
  expect(JSON.parse(lines[0]!).error.stack).toContain('logger.test.ts')
})
