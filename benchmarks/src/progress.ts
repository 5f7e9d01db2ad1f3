// Tells on stderr what is going on, so that stdout holds the results alone.

export function tell(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}
