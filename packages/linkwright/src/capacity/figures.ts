// The figures that a plan of capacity is made of: what was measured, and what is taken to be so.

interface Figure {
  readonly value: number
  readonly unit: string
  /** Where it was measured, or why it is assumed. */
  readonly from: string
}

/** Medians on a machine that other programs used too, which makes everything dearer. */
const GROWTH = 'benchmarks/results/growth.md, at a million links'
const FIRST = 'benchmarks/results/first.md'
const LOAD = 'a server on SQLite under full load from 64 connections, on a machine that other programs used too'

export const FIGURES = {
  redirectUs: { value: 60, unit: 'µs of a core for a redirect', from: LOAD },
  missUs: { value: 45, unit: 'µs of a core more where the link is not cached', from: GROWTH },
  callUs: { value: 180, unit: 'µs of a core for a call of the API', from: FIRST },
  foldUs: { value: 20, unit: 'µs of a core to read what a click says of its visitor', from: FIRST },

  sqliteWriteUs: { value: 180, unit: 'µs of the one writer for a click, each on another link', from: GROWTH },
  sqliteCreateUs: { value: 480, unit: 'µs of the one writer to create a link', from: GROWTH },
  postgresMissUs: { value: 540, unit: 'µs of Postgres and its client to find a link', from: GROWTH },
  postgresWriteUs: {
    value: 570,
    unit: 'µs of Postgres and its client for a click, each on another link',
    from: GROWTH,
  },
  postgresCallUs: { value: 3_600, unit: 'µs of Postgres and its client to create a link', from: GROWTH },

  sqliteLinkBytes: { value: 332, unit: 'bytes a link', from: GROWTH },
  sqliteClickBytes: { value: 161, unit: 'bytes a raw click', from: GROWTH },
  sqliteHourBytes: { value: 75, unit: 'bytes a row of hourly statistics', from: GROWTH },
  sqliteVisitorBytes: { value: 85, unit: 'bytes a visitor of a day', from: GROWTH },
  postgresLinkBytes: { value: 497, unit: 'bytes a link', from: GROWTH },
  postgresClickBytes: { value: 250, unit: 'bytes a raw click', from: GROWTH },
  postgresHourBytes: { value: 198, unit: 'bytes a row of hourly statistics', from: GROWTH },
  postgresVisitorBytes: { value: 209, unit: 'bytes a visitor of a day', from: GROWTH },
  hoursPerClick: { value: 1, unit: 'rows of hourly statistics a click', from: GROWTH },
  visitorsPerClick: { value: 0.62, unit: 'visitors of a day a click', from: GROWTH },

  processMb: { value: 200, unit: 'MB for a process that serves', from: LOAD },
  cachedLinkBytes: {
    value: 760,
    unit: 'bytes a cached link',
    from: 'the heap of a process with 20,000 links without rules',
  },
  spoolBytes: {
    value: 1_073_741_824,
    unit: 'bytes of clicks that may wait for a process',
    from: 'the limit of a spool',
  },
  waitingClickBytes: { value: 400, unit: 'bytes a click that waits', from: 'assumed: an event with its user agent' },

  redisUs: { value: 6, unit: 'µs of Redis an operation', from: 'a Lua call, 64 of them under way on one connection' },
  redisLimitBytes: { value: 300, unit: 'bytes a token and minute', from: 'assumed: a hash of a few fields' },

  requestBytes: { value: 900, unit: 'bytes a request', from: 'assumed: a browser’s headers, and TCP and TLS' },
  replyBytes: { value: 400, unit: 'bytes a redirect', from: 'a reply of 263 bytes, and TCP and TLS assumed' },
} as const satisfies Record<string, Figure>

/** How full things may be before there have to be more of them: the rest is for peaks, and for what fails. */
export const FULL = {
  /** Of a core. */
  core: 0.6,
  /** Of SQLite's one writer. */
  writer: 0.5,
  /** Of a disk. */
  disk: 0.7,
} as const

/** How large one of a kind may be. */
export const LARGEST = {
  /** A file that can be copied in an hour. */
  sqliteGb: 500,
  postgresGb: 8_000,
  redisGb: 25,
} as const
