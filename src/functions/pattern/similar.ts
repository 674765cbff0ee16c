/** SIMILAR TO: SQL's patterns rewritten as regular expressions. */
import { invalidEscapeString, tooManyEscapeSeparators } from '../../errors/raise/data.ts'

/**
 * The regular expression of a SIMILAR TO pattern, anchored at both ends. Two escaped double quotes divide it into
 * three for SUBSTRING … SIMILAR: the middle becomes the captured group. `escape` null: none. Throws 22025.
 */
export const similarToRegex = (pattern: string, escape: string | null): string => {
  if (escape !== null && [...escape].length > 1) throw invalidEscapeString()
  let out = '^(?:'
  /** In a bracket expression: 1 at its start, 2 behind a `^` there, 3 where `]` ends it; 0 outside. */
  let bracket = 0
  let separators = 0
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const char = characters[i] as string
    if (escape !== null && char === escape) {
      const next = characters[++i]
      if (next === '"' && bracket === 0) {
        if (separators === 0) out += '){1,1}?('
        else if (separators === 1) out += '){1,1}(?:'
        else throw tooManyEscapeSeparators()
        separators++
      } else if (next !== undefined) out += `\\${next}`
      if (bracket > 0) bracket = 3
    } else if (bracket > 0) {
      const named = char === '[' ? /^\[([:.=])[^]*?\1\]/.exec(characters.slice(i).join(''))?.[0] : undefined
      if (named !== undefined) {
        out += named
        i += [...named].length - 1
        bracket = 3
      } else {
        if (char === '\\') out += '\\'
        out += char
        if (char === ']' && bracket === 3) bracket = 0
        else bracket = char === '^' && bracket === 1 ? 2 : 3
      }
    } else if (char === '[') {
      out += char
      bracket = 1
    } else if (char === '%') out += '.*'
    else if (char === '_') out += '.'
    else if (char === '(') out += '(?:'
    else if (/[\\.^$]/.test(char)) out += `\\${char}`
    else out += char
  }
  return `${out})$`
}
