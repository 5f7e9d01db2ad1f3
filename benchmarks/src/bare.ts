// The least a redirect can cost: node:http that answers every request with the same 302 and the headers that ours has.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const HEADERS = [
  'Location',
  'https://example.com/landing',
  'Cache-Control',
  'private, no-store',
  'Content-Length',
  '0',
  'X-Request-Id',
  'req_AAAAAAAAAAAA1',
]

const server = createServer({ noDelay: true }, (_request, response) => {
  response.writeHead(302, HEADERS)
  response.end()
})
server.listen(0, () => process.stderr.write(`{"port":${(server.address() as AddressInfo).port}}\n`))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
