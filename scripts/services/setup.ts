// Before tests that need services: those that are not there yet are started, and end after the last test.
import { startServices } from './services.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const { env, stop } = await startServices({ postgres: true, redis: true, cluster: true })
  // Workers are started after this, and get the environment as it is then.
  Object.assign(process.env, env)
  return stop
}
