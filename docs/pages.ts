// The pages of this folder, the READMEs beside them, and what is in them: code blocks, tables, headings, links.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const root = dirname(import.meta.dirname)

/** Every page that users read, as a path from the root. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...namesIn('docs').map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`),
]

export interface Block {
  /** `docs/clicks.md:31`, for messages. */
  readonly place: string
  readonly page: string
  /** What stands behind the opening fence. */
  readonly info: string
  readonly text: string
}

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The code blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; info: string; lines: string[] } | undefined
  for (const [index, line] of readPage(page).split('\n').entries()) {
    if (open === undefined) {
      if (line.startsWith('```')) open = { line: index + 1, info: line.slice(3).trim(), lines: [] }
    } else if (line === '```') {
      blocks.push({ place: `${page}:${open.line}`, page, info: open.info, text: open.lines.join('\n') })
      open = undefined
    } else open.lines.push(line)
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: the block is never closed`)
  return blocks
}

/** A page without its code blocks. */
export function proseOf(page: string): string {
  return readPage(page).replaceAll(/^```[\s\S]*?^```$/gm, '')
}

/** The section under a heading, up to the next heading of its level or above. */
export function sectionOf(page: string, heading: string): string {
  const lines = readPage(page).split('\n')
  const from = lines.indexOf(heading)
  if (from < 0) throw new Error(`${page} has no heading "${heading}"`)
  const level = heading.indexOf(' ')
  const rest = lines.slice(from + 1)
  const to = rest.findIndex((line) => /^#{1,6} /.test(line) && line.indexOf(' ') <= level)
  return rest.slice(0, to < 0 ? undefined : to).join('\n')
}

/** The rows of the first table of a text, header first, each cell without its backticks. */
export function tableOf(text: string): string[][] {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.startsWith('|'))
  if (from < 0) return []
  const rest = lines.slice(from)
  const to = rest.findIndex((line) => !line.startsWith('|'))
  return rest
    .slice(0, to < 0 ? undefined : to)
    .filter((line) => !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

/** The first cells of a section's first table, without its header. */
export function namesUnder(page: string, heading: string): string[] {
  return tableOf(sectionOf(page, heading))
    .slice(1)
    .map(([name = '']) => name)
}

/** The anchors that a page offers, as GitHub makes them of its headings. */
export function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

export interface Link {
  readonly page: string
  readonly target: string
}

export function linksOf(page: string): Link[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target }))
}

/** A link's target as a path from the root. */
export function resolveLink({ page, target }: Link): string {
  const [path = ''] = target.split('#')
  return path === '' ? page : relative(root, join(root, dirname(page), path))
}

function namesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'))
}
