// Many processes that migrate at once, and migrations that are killed half-way: the schema is whole all the same.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, postgresDatabase, runSql, sqliteDatabase } from '../database.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import { type Environment, spawnLinkwright, startServer } from '../server.ts'
import { databaseUrl, type Stage } from '../stage.ts'
import { isFollowed, makeLink } from '../visits.ts'

/** A database that nobody has migrated. */
interface Empty {
  readonly env: Environment
  readonly database: Database
  remove(): Promise<void>
}

interface Ended {
  readonly code: number | null
  readonly applied: readonly string[]
  readonly said: string
  readonly ms: number
}

const CROWDS = [2, 6]
const KILLS = { long: 20, quick: 3, short: 2 }

export const migrations: Scenario = {
  name: 'migrate',
  engines: ['sqlite', 'postgres'],
  times: { long: 20, quick: 1, short: 1 },
  limit: { base: 150, each: 60 },
  play: playMigrations,
}

async function playMigrations({ stage, judge, times, length }: Play): Promise<void> {
  const first = await emptyDatabase(stage)
  const { ms, applied } = await migrate(stage, first).ended
  const schema = await first.database.schema()
  await first.remove()

  for (let round = 0; round < times; round++) {
    for (const crowd of CROWDS) {
      const empty = await emptyDatabase(stage)
      const all = await Promise.all(Array.from({ length: crowd }, () => migrate(stage, empty).ended))
      const bad = all.filter(({ code }) => code !== 0).map(({ said }) => said)
      judge.none(`${crowd} at once: processes that failed`, bad, crowd)
      const names = all.flatMap((one) => one.applied).toSorted()
      judge.none(
        `${crowd} at once: migrations not run exactly once`,
        names.join() === applied.join() ? [] : [names.join()],
      )
      judge.none(
        `${crowd} at once: schemas that differ from a fresh one`,
        (await empty.database.schema()) === schema ? [] : ['it does'],
      )
      await empty.remove()
    }
  }

  let halfway = 0
  const kills = length === 'long' ? times : KILLS[length]
  for (let round = 0; round < kills; round++) {
    const empty = await emptyDatabase(stage)
    const { child, ended } = migrate(stage, empty)
    // Most of the time a process only loads its code; what counts is at its end.
    await sleep(ms * (0.5 + 0.5 * ((round + Math.random()) / kills)))
    child.kill('SIGKILL')
    if ((await ended).code === null) halfway++
    const server = await startServer(spawned(stage, ['serve', '--host', '127.0.0.1', '--port', '0', '--demo'], empty))
    judge.none(
      'killed half-way: schemas that differ from a fresh one',
      (await empty.database.schema()) === schema ? [] : ['it does'],
    )
    const { slug } = await makeLink(server.port, await server.printed(/lw_pk_\w+/))
    judge.none(
      'killed half-way: servers that do not work',
      (await isFollowed(server.port, slug)) ? [] : ['no redirect'],
    )
    await server.kill()
    await empty.remove()
  }
  judge.figure({ what: 'of these migrations, killed before their end', value: halfway, least: 1, of: kills })
}

function migrate(stage: Stage, empty: Empty) {
  const begun = moment()
  const child = spawned(stage, ['migrate', '--json'], empty)
  let out = ''
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'close').then(
    ([code]): Ended => ({
      code,
      applied: code === 0 ? JSON.parse(out).applied : [],
      said: said.trim(),
      ms: moment() - begun,
    }),
  )
  return { child, ended }
}

function spawned(stage: Stage, args: readonly string[], { env }: Empty) {
  const child = spawnLinkwright(args, { ...stage.env, ...env }, stage.folder)
  stage.owns(child)
  return child
}

let made = 0

async function emptyDatabase({ engine, folder, services }: Stage): Promise<Empty> {
  const name = `migrated_${process.pid}_${++made}`
  if (engine === 'sqlite') {
    const path = `${folder}/${name}.db`
    return {
      env: { DATABASE_URL: `sqlite:${path}`, SPOOL_DIR: `${path}-spool` },
      database: sqliteDatabase(path),
      remove: async () => rmSync(path, { force: true }),
    }
  }
  const server = services.postgres!.url
  await runSql(server, `create database ${name}`)
  const url = databaseUrl(server, name)
  return {
    env: { DATABASE_URL: url, SPOOL_DIR: `${folder}/${name}-spool` },
    database: postgresDatabase(url),
    remove: () => runSql(server, `drop database ${name} with (force)`),
  }
}
