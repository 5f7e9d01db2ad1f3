// Which files tsup makes: see scripts/bundle.ts.
import { bundle } from '../../scripts/bundle.ts'

export default bundle(import.meta.url)
