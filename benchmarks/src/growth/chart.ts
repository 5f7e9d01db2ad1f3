// The curves as one SVG: a small chart for each question, both engines in it, readable on light and on dark pages.

export interface Panel {
  readonly title: string
  readonly lines: readonly Line[]
}

interface Line {
  readonly name: string
  /** The cost at each size, as a multiple of that at the first size. */
  readonly ratios: readonly number[]
}

const [WIDTH, HEIGHT, ACROSS] = [245, 190, 4]
const [LEFT, TOP, RIGHT, BOTTOM] = [44, 34, 14, 26]
const LIMIT = 1.5

const STYLE = `
text { font: 11px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600; font-size: 12px }
.grid { stroke: #ccc } .limit { stroke: #999; stroke-dasharray: 4 3 }
.line { fill: none; stroke-width: 2 }
.at0 { stroke: #0969da } .dot0 { fill: #0969da } .at1 { stroke: #bc4c00 } .dot1 { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .grid { stroke: #444 } .limit { stroke: #888 }
  .at0 { stroke: #58a6ff } .dot0 { fill: #58a6ff } .at1 { stroke: #f0883e } .dot1 { fill: #f0883e }
}`

/** @param sizes names below the charts */
export function drawChart(panels: readonly Panel[], sizes: readonly string[]): string {
  const rows = Math.ceil(panels.length / ACROSS)
  const [width, height] = [ACROSS * WIDTH, rows * HEIGHT + 24]
  const names = panels[0]?.lines.map(({ name }) => name) ?? []
  const legend = names.map(
    (name, at) =>
      `<circle class="dot${at}" cx="${LEFT + at * 110}" cy="12" r="4"/><text x="${LEFT + 9 + at * 110}" y="16">${name}</text>`,
  )
  const body = panels.map((panel, at) => {
    const [x, y] = [(at % ACROSS) * WIDTH, 24 + Math.floor(at / ACROSS) * HEIGHT]
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel, sizes)}\n</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>Cost by number of links, as a multiple of the cost at ${sizes[0]}</title>
<style>${STYLE}
</style>
${[...legend, ...body].join('\n')}
</svg>
`
}

/** Logarithmic both ways, since sizes are powers of ten: what grows with them is a straight line. */
function drawPanel({ title, lines }: Panel, sizes: readonly string[]): string {
  const most = Math.max(2, ...lines.flatMap(({ ratios }) => ratios))
  const least = Math.min(0.7, ...lines.flatMap(({ ratios }) => ratios))
  const x = (at: number) => round(LEFT + (at * (WIDTH - LEFT - RIGHT)) / Math.max(1, sizes.length - 1))
  const y = (ratio: number) => {
    const part = Math.log(ratio / least) / Math.log(most / least)
    return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM))
  }
  const across = (ratio: number, kind: string, label = `${ratio}×`) =>
    `<line class="${kind}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ratio)}" y2="${y(ratio)}"/>
<text x="${LEFT - 6}" y="${round(y(ratio) + 4)}" text-anchor="end">${label}</text>`
  const marks = [1, ...[10, 100, 1000].filter((ratio) => ratio < most)]
  return [
    `<text class="title" x="${LEFT}" y="20">${title}</text>`,
    ...marks.map((ratio) => across(ratio, 'grid')),
    // Where a decade is narrow, its number would stand on that of 1.
    across(LIMIT, 'limit', most > 10 ? '' : undefined),
    ...sizes.map((size, at) => `<text x="${x(at)}" y="${HEIGHT - 8}" text-anchor="middle">${size}</text>`),
    ...lines.flatMap(({ ratios }, line) => [
      `<polyline class="line at${line}" points="${ratios.map((ratio, at) => `${x(at)},${y(ratio)}`).join(' ')}"/>`,
      ...ratios.map((ratio, at) => `<circle class="dot${line}" cx="${x(at)}" cy="${y(ratio)}" r="3"/>`),
    ]),
  ].join('\n')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
