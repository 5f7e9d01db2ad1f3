// Before the contract tests: the commands and servers that they start are the built ones.
import { build } from './build.ts'

export default function setup(): Promise<void> {
  return build({ quiet: true })
}
