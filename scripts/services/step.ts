// The services as a step of `npm test`: started once for all suites, and ended with this process.
import { check } from '../step.ts'
import { startServices } from './services.ts'

export const services = check('services that tests need', async () => {
  const { env } = await startServices({ postgres: true, redis: true, cluster: true })
  Object.assign(process.env, env)
  return { ok: true, output: '' }
}, ['unit', 'contract'])
