// Users and their projects: as much of an account as links need.

export interface User {
  readonly id: string
  /** Lower-cased. */
  readonly email: string
  /** The name of a plan. */
  readonly plan: string
  readonly createdAt: number
}

/** The row behind an `Owner`. */
export interface Project {
  readonly id: string
  /** Where plans and quotas count: by default the user's id. */
  readonly subject: string
  readonly name: string
  readonly createdAt: number
}
