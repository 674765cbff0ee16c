/** Makes a statement that shows a difference shorter, by leaving parts away as long as it still shows it. */
const TOKEN = /E?'(?:[^'\\]|''|\\.)*'|"[^"]*"|[\p{L}\w.]+|::|[-+*/<>=~!@#%^&|`?]+|[^\s\w]/gu

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']' }

/** The index of what closes the bracket at `open`, or -1. */
const closingOf = (tokens: readonly string[], open: number): number => {
  const bracket = tokens[open] ?? ''
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    if (tokens[index] === bracket) depth += 1
    if (tokens[index] === CLOSING[bracket] && --depth === 0) return index
  }
  return -1
}

const REPLACEMENTS: readonly (readonly string[])[] = [[], ['NULL'], ['true'], ['1']]

/** Shorter statements, the shortest first for each place. */
function* candidates(tokens: readonly string[]): Generator<string[]> {
  for (let start = 0; start < tokens.length; start++) {
    const close =
      tokens[start] !== undefined && CLOSING[tokens[start] ?? ''] !== undefined ? closingOf(tokens, start) : -1
    if (close > start) {
      for (const replacement of REPLACEMENTS) {
        yield [...tokens.slice(0, start), ...replacement, ...tokens.slice(close + 1)]
        yield [...tokens.slice(0, start + 1), ...replacement, ...tokens.slice(close)]
      }
      yield [...tokens.slice(0, start), ...tokens.slice(start + 1, close), ...tokens.slice(close + 1)]
      yield tokens.slice(start + 1, close)
    }
  }
  for (const length of [40, 20, 12, 8, 6, 5, 4, 3, 2, 1]) {
    for (let start = 0; start + length <= tokens.length; start++) {
      const left = tokens.slice(start, start + length)
      const isBalanced = ['(', '['].every(
        (open) => left.filter((t) => t === open).length === left.filter((t) => t === CLOSING[open]).length,
      )
      if (isBalanced) yield [...tokens.slice(0, start), ...tokens.slice(start + length)]
    }
  }
}

/** `shows`: whether a statement still shows the difference. Tries at most some thousand statements. */
export const reduce = async (sql: string, shows: (sql: string) => Promise<boolean>): Promise<string> => {
  let tokens: string[] = sql.match(TOKEN) ?? []
  const text = (list: readonly string[]): string => list.join(' ').replaceAll(' :: ', '::')
  let tries = 0
  for (let progress = true; progress; ) {
    progress = false
    for (const candidate of candidates(tokens)) {
      if (candidate.length >= tokens.length || ++tries > 3000) continue
      if (await shows(text(candidate))) {
        tokens = candidate
        progress = true
        break
      }
    }
  }
  return text(tokens)
}
