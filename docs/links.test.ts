// Links between the pages: each leads to a file, and to a heading in it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, linksOf, PAGES, resolveLink, root } from './pages.ts'

const links = PAGES.flatMap(linksOf).filter(({ target }) => !/^(https?|mailto):/.test(target))

test('lead to files', () => {
  expect(links.length).toBeGreaterThan(60)
  expect(links.filter((link) => !existsSync(join(root, resolveLink(link))))).toEqual([])
})

test('lead to headings', () => {
  const anchored = links.filter(({ target }) => target.includes('#'))
  expect(anchored.length).toBeGreaterThan(15)
  const lost = anchored.filter((link) => !anchorsOf(resolveLink(link)).includes(link.target.split('#')[1] ?? ''))
  expect(lost).toEqual([])
})

test('reach every page from the index', () => {
  const reached = new Set(linksOf('docs/README.md').map(resolveLink))
  expect(PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !reached.has(page))).toEqual(
    [],
  )
})
