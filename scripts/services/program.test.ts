// Finding programs: the order of the ways, what is refused and why, and copies for whoever may not go there.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isOpenTo } from './nobody.ts'
import { checkIntegrity } from './npm.ts'
import { findProgram, majorOf, openProgram, type Way } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'linkwright-programs-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program that tells its version. */
function program(name: string, version: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\necho 'server (Test) ${version}'\n`)
  chmodSync(path, 0o755)
  return path
}

function way(name: string, home?: string): Way {
  return { name, find: () => (home === undefined ? undefined : { home, server: '' }) }
}

function find(...ways: Way[]) {
  return findProgram({ title: 'Server', oldest: 14, ways, advice: 'Install it.' })
}

test('versions are read as the programs tell them', () => {
  expect(majorOf('postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)')).toBe(15)
  expect(majorOf('postgres (PostgreSQL) 18beta1')).toBe(18)
  expect(majorOf('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64')).toBe(7)
  expect(majorOf('not found')).toBeUndefined()
})

describe('a program is looked for', () => {
  test('in the order of the ways, and no further than to the first that will do', async () => {
    const late: Way = {
      name: 'late',
      find: () => {
        throw new Error('was asked')
      },
    }
    const good = program('good', '16.1')
    const found = await find(way('nothing'), way('old', program('old', '13.2')), way('good', good), late)
    expect(found.home).toBe(good)
  })

  test('and if there is none, the reasons of all ways are told, and what to do', async () => {
    const broken: Way = { name: 'network', find: () => Promise.reject(new Error('no route')) }
    const ways = [way('here'), way('old', program('old', '13.2')), way('text', program('text', 'x')), broken]
    await expect(find(...ways)).rejects.toThrow(
      new RegExp(
        [
          '^The tests need Server 14 or later. Install it.\nTried:',
          'here: not there',
          'old: .+/old is too old: server \\(Test\\) 13.2',
          'text: .+/text does not run: server \\(Test\\) x',
          'network: no route$',
        ].join('\n *'),
      ),
    )
  })
})

describe('another user', () => {
  const user = { uid: 65_534, gid: 65_534 }
  const open = join('/tmp', 'x', '..')

  test('may go where every folder lets everybody pass', () => {
    expect(isOpenTo(user, open)).toBe(true)
    expect(isOpenTo(user, folder)).toBe(false)
    expect(isOpenTo(undefined, folder)).toBe(true)
  })

  test('gets a copy of the whole folder where that is private', () => {
    const home = join(folder, 'home')
    mkdirSync(join(home, 'bin'), { recursive: true })
    cpSync(program('server', '16.0'), join(home, 'bin', 'server'))
    const found = { home, server: 'bin/server', libraries: ['lib', 'usr/lib'] }
    const target = join(folder, 'target')
    const { server, env } = openProgram(found, user, target)
    expect(server).toBe(join(target, 'program', 'bin', 'server'))
    expect(env).toEqual({ LD_LIBRARY_PATH: `${target}/program/lib:${target}/program/usr/lib` })
    expect(execFileSync(server).toString()).toBe('server (Test) 16.0\n')
    expect(openProgram(found, undefined, target).server).toBe(join(home, 'bin', 'server'))
  })
})

test('what was downloaded is compared with what was expected', () => {
  const empty = 'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=='
  expect(() => checkIntegrity(Buffer.from(''), empty)).not.toThrow()
  expect(() => checkIntegrity(Buffer.from('x'), empty)).toThrow('not what was expected')
})
