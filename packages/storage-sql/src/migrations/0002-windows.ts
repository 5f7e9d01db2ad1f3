// Rate limits that all processes share: calls counted by the minute.
import type { Migration } from './migration.ts'

export const windows: Migration = {
  name: '0002-windows',
  statements: ({ text, keyOrdered }) => [
    `create table linkwright_window (
  "key" ${text} not null,
  "window" bigint not null,
  used bigint not null,
  primary key ("key", "window")
)${keyOrdered}`,
    'create index linkwright_window_window on linkwright_window ("window")',
  ],
}
