// Link shortening inside an application: an API below /api/v1, redirects at the root, links in a file.
import { createServer } from 'node:http'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import { linkwright, toNode } from 'linkwright'

const port = Number(process.env.PORT ?? 3000)
const links = linkwright({ origin: `http://localhost:${port}`, storage: sqlite('links.db') })
await links.migrate()

createServer(toNode(links.api, links.redirects)).listen(port)

const acme = links.as('acme')
const link = await acme.links.create({ destinationUrl: 'https://example.com/' })
const german = { field: 'language', operator: 'equals', value: 'de', redirectUrl: 'https://example.com/de' }
await acme.rules.create(link.id, german)
console.log(`Follow ${link.shortUrl}`)
