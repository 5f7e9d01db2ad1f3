// Runs the example as its README says.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import manifest from './package.json' with { type: 'json' }

test('picks a banner for each visit, and says why', async () => {
  const [, ...args] = manifest.scripts.start.split(' ')
  const file = join(import.meta.dirname, args.pop() ?? '')
  const { stdout } = await promisify(execFile)(process.execPath, [...args, file])
  expect(stdout.trim().split('\n')).toEqual([
    'Good night',
    'Guten Tag',
    'Hello',
    'night: hour_utc is 12, outside 22–5',
    'german: country is "AT", in ["DE", "AT", "CH"]',
  ])
})
