// People and their projects.
import type { Directory } from '@linkwright/core'
import { pageOf } from './page.ts'
import type { Space } from './space.ts'
import { keep } from './tables.ts'

export function createDirectory({ tables, write }: Space): Directory {
  return {
    async user(id) {
      return tables.users.get(id)
    },
    async users(page) {
      return pageOf(tables.users.values(), page)
    },
    insertUser: (user) =>
      write((draft) => {
        if (draft.emails.get(user.email) !== undefined) return false
        if (draft.users.get(user.id) !== undefined) throw new Error('A user with this id is there')
        draft.users.set(user.id, keep(user))
        draft.emails.set(user.email, user.id)
        return true
      }),
    updateUser: (id, { plan }) =>
      write((draft) => {
        const user = draft.users.get(id)
        if (user === undefined) return undefined
        const updated = keep({ ...user, plan })
        draft.users.set(id, updated)
        return updated
      }),
    async project(id) {
      return tables.projects.get(id)
    },
    async projectsOf(subject) {
      return [...tables.projects.values()]
        .filter((project) => project.subject === subject)
        .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    },
    ensureProject: (project) =>
      write((draft) => {
        if (draft.projects.get(project.id) === undefined) draft.projects.set(project.id, keep(project))
      }),
  }
}
