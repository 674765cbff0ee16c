/** Basic regular expressions rewritten as advanced ones: PostgreSQL manual, 9.7.3.8. */
import { invalidRegularExpression } from '../../errors/raise/data.ts'

/** Escapes that are syntax. */
const ESCAPED: Readonly<Record<string, string>> = {
  '(': '(',
  ')': ')',
  '{': '{',
  '}': '}',
  '<': '[[:<:]]',
  '>': '[[:>:]]',
}

/** A bracket expression. */
const BRACKET = /\[\^?\]?(?:\[([:.=])[^]*?\1\]|[^\]])*\]?/y

const literal = (char: string): string => (/[\\^$.*+?()[\]{}|]/.test(char) ? `\\${char}` : char)

/** Groups and bounds are escaped; there are no alternatives, and `*` is the one other quantifier. Throws 2201B. */
export const fromBasic = (source: string): string => {
  let out = ''
  /** An expression or a group begins: there is nothing yet that could be repeated. */
  let atStart = true
  for (let at = 0; at < source.length; ) {
    const char = source[at] as string
    if (char === '[') {
      BRACKET.lastIndex = at
      const bracket = BRACKET.exec(source)?.[0] ?? char
      // A backslash stands for itself there.
      out += bracket.replaceAll('\\', '\\\\')
      at += bracket.length
      atStart = false
    } else if (char === '\\') {
      const next = source[at + 1]
      if (next === undefined) throw invalidRegularExpression('invalid escape \\ sequence')
      out += ESCAPED[next] ?? (/[1-9]/.test(next) ? `\\${next}` : literal(next))
      atStart = next === '('
      at += 2
    } else {
      const begins: boolean = char === '^' && atStart
      const ends = char === '$' && (at === source.length - 1 || source.startsWith('\\)', at + 1))
      const repeats = char === '*' && !atStart
      out += char === '.' || begins || ends || repeats ? char : literal(char)
      atStart = begins
      at++
    }
  }
  return out
}
