// The limiter of one process under the suite.
import { createMemoryLimiter } from '@linkwright/core'
import { limiterSuite } from './limiter.ts'

limiterSuite({
  name: 'memory',
  open: async () => ({ part: createMemoryLimiter(), close: async () => {} }),
  skip: [
    {
      reason: 'it is the limiter of one process',
      tests: [
        'many calls at once in two processes: exactly the limit passes',
        'processes see what the others have let pass',
      ],
    },
  ],
})
