// x
import { mkdtempSync, rmSync } from 'node:fs'
import { sqlite } from '../../storage-sql/src/sqlite/index.ts'
import { createWorld } from './world.ts'
const dir = mkdtempSync('/tmp/lwhttp-')
try {
  const a = await createWorld({ storage: sqlite(`${dir}/a.db`) })
  const b = await createWorld({ storage: sqlite(`${dir}/a.db`) })
  console.log('open')
  const u = await a.user('ada@example.org')
  console.log('user')
  const count: Record<string, number> = {}
  for (let i = 0; i < 30; i++) {
    const key = { 'idempotency-key': `k${i}` }
    const body = { destinationUrl: 'https://example.com/a', ...(i % 2 ? { customSlug: `slug-${i}` } : {}) }
    const [x, y] = await Promise.all([a.call(u.token, 'POST', '/links', body, key), b.call(u.token, 'POST', '/links', body, key)])
    const k = `${x.status} ${y.status} same=${x.text === y.text} ${x.code ?? ''} ${y.code ?? ''}`
    count[k] = (count[k] ?? 0) + 1
  }
  console.log(count, (await a.call(u.token, 'GET', '/links')).json.data.length)
  const id = (await a.call(u.token, 'GET', '/links?limit=1')).json.data[0].id
  for (const [m, p, bd] of [['GET', '/me'], ['GET', `/links/${id}/stats`], ['POST', `/links/${id}/preview`, {}], ['POST', `/links/${id}/sign`, { expiresInSeconds: 9 }], ['GET', '/links/x'], ['DELETE', '/rules/rul_x'], ['PATCH', '/links/%00', {}], ['POST', '/links', { destinationUrl: 'https://e.com', domainId: 'dom_x' }], ['PUT', `/links/${id}/rules/order`, { ruleIds: [] }], ['DELETE', `/links/${id}`]] as [string, string, object?][]) {
    const r = await a.call(u.token, m, p, bd)
    console.log(m, p, r.status, r.code ?? '')
  }
  console.log(a.log, b.log)
  await a.storage.close(); await b.storage.close()
} finally { rmSync(dir, { recursive: true }) }
