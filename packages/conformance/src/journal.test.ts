// The journal of one process under the suite.
import { createMemoryJournal } from '@linkwright/core'
import { journalSuite } from './journal.ts'

journalSuite({
  name: 'memory',
  open: async () => {
    const part = createMemoryJournal(1000)
    return { part, close: () => part.close() }
  },
  skip: [
    {
      reason: 'it is the journal of one process',
      tests: [
        'two processes that append and drain at once fold each event once',
        'any process folds what another has appended',
      ],
    },
  ],
})
