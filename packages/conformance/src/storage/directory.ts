// People and their projects.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel, readAll, type World } from './world.ts'

export const directory: Subject = (test) => {
  test('a user comes back as they were inserted', async ({ storage, id }) => {
    const user = newUser(id())
    expect(await storage.directory.insertUser(user)).toBe(true)
    expect(await storage.directory.user(user.id)).toEqual(user)
    for (const missing of [id(), '', '__proto__']) expect(await storage.directory.user(missing)).toBeUndefined()
  })

  test('an address is taken once, however many want it at once', async ({ storage, id }) => {
    const email = `${id().toLowerCase()}@example.com`
    const users = Array.from({ length: 20 }, () => ({ ...newUser(id()), email }))
    const inserted = await parallel(20, (n) => storage.directory.insertUser(users[n]!))
    expect(inserted.filter(Boolean)).toHaveLength(1)
    for (const [n, user] of users.entries()) {
      expect(await storage.directory.user(user.id)).toEqual(inserted[n] ? user : undefined)
    }
  })

  test('an address that is taken leaves the transaction usable', async ({ storage, id }) => {
    const [first, second] = [newUser(id()), newUser(id())]
    await storage.transaction(async ({ directory }) => {
      expect(await directory.insertUser(first)).toBe(true)
      expect(await directory.insertUser({ ...second, email: first.email })).toBe(false)
      expect(await directory.insertUser(second)).toBe(true)
    })
    expect(await storage.directory.user(second.id)).toEqual(second)
  })

  test('a plan changes', async ({ storage, id }) => {
    const [user, other] = [newUser(id()), newUser(id())]
    await storage.directory.insertUser(user)
    await storage.directory.insertUser(other)
    expect(await storage.directory.updateUser(user.id, { plan: 'premium' })).toEqual({ ...user, plan: 'premium' })
    expect((await storage.directory.user(user.id))?.plan).toBe('premium')
    expect(await storage.directory.user(other.id)).toEqual(other)
    expect(await storage.directory.updateUser(id(), { plan: 'premium' })).toBeUndefined()
  })

  test('users come in pages, newest first', async ({ storage, id }) => {
    const users = Array.from({ length: 5 }, () => newUser(id()))
    for (const user of users) await storage.directory.insertUser(user)
    const all = await readAll(2, (page) => storage.directory.users(page))
    expect(all.filter((user) => users.some((ours) => ours.id === user.id))).toEqual(users.toReversed())
    expect(new Set(all.map((user) => user.id)).size).toBe(all.length)
  })

  test('a project is written once and stays as it is', async (world) => {
    const project = newProject(world, world.id())
    await world.storage.directory.ensureProject(project)
    await world.storage.directory.ensureProject({ ...project, name: 'Renamed', createdAt: NOW + 1 })
    expect(await world.storage.directory.project(project.id)).toEqual(project)
    for (const missing of [world.id(), '__proto__']) {
      expect(await world.storage.directory.project(missing)).toBeUndefined()
    }
  })

  test('a project that twenty ensure at once is there once', async (world) => {
    const project = newProject(world, world.id())
    await parallel(20, () => world.storage.directory.ensureProject(project))
    expect(await world.storage.directory.projectsOf(project.subject)).toEqual([project])
  })

  test('the projects of a plan subject come oldest first', async (world) => {
    const subject = world.id()
    const projects = [0, 1, 2].map((n) => newProject(world, subject, NOW + n))
    for (const index of [1, 0, 2]) await world.storage.directory.ensureProject(projects[index]!)
    await world.storage.directory.ensureProject(newProject(world, world.id()))
    expect(await world.storage.directory.projectsOf(subject)).toEqual(projects)
    expect(await world.storage.directory.projectsOf(world.id())).toEqual([])
  })
}

function newUser(id: string) {
  return { id, email: `${id.toLowerCase()}@example.com`, plan: 'free', createdAt: NOW }
}

function newProject(world: World, subject: string, createdAt = NOW) {
  return { id: world.id(), subject, name: 'Ünïcode 📁', createdAt }
}
