// A server that embeds Linkwright with a plan whose rate limit no load can reach: for calls of the API.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import { linkwright, toNode } from 'linkwright'
import { ORIGIN, PLANS_WITHOUT_LIMIT, SECRET } from './world.ts'

const links = linkwright({
  origin: ORIGIN,
  storage: sqlite(process.argv[2]!),
  secret: SECRET,
  plans: PLANS_WITHOUT_LIMIT,
  standalone: true,
})
const server = createServer({ noDelay: true }, toNode(links.api, links.redirects))
server.listen(0, () => process.stderr.write(`{"port":${(server.address() as AddressInfo).port}}\n`))
process.once('SIGTERM', () => {
  server.close(() => void links.close())
  server.closeAllConnections()
})
