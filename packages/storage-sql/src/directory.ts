// People and their projects.
import type { Directory, Project, User } from '@linkwright/core'
import type { Connection } from './connection.ts'
import { readPage } from './pages.ts'
import type { Row } from './schema.ts'

export function directory({ db }: Connection): Directory {
  return {
    async user(id) {
      const row = await db.selectFrom('linkwright_user').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toUser(row)
    },

    users({ after, limit }) {
      const all = db.selectFrom('linkwright_user').selectAll().orderBy('id', 'desc')
      return readPage(after === undefined ? all : all.where('id', '<', after), { limit }, toUser)
    },

    async insertUser({ createdAt, ...user }) {
      const row = await db
        .insertInto('linkwright_user')
        .values({ ...user, created_at: createdAt })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    async updateUser(id, { plan }) {
      const row = await db
        .updateTable('linkwright_user')
        .set({ plan })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toUser(row)
    },

    async project(id) {
      const row = await db.selectFrom('linkwright_project').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toProject(row)
    },

    async projectsOf(subject) {
      const rows = await db
        .selectFrom('linkwright_project')
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(toProject)
    },

    async ensureProject({ createdAt, ...project }) {
      await db
        .insertInto('linkwright_project')
        .values({ ...project, created_at: createdAt })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },
  }
}

function toUser({ created_at: createdAt, ...user }: Row<'linkwright_user'>): User {
  return { ...user, createdAt }
}

function toProject({ created_at: createdAt, ...project }: Row<'linkwright_project'>): Project {
  return { ...project, createdAt }
}
