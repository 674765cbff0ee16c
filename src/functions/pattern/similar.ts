/** SIMILAR TO: SQL's patterns rewritten as regular expressions. */
import { invalidEscapeString, tooManyEscapeSeparators } from '../../errors/raise/data.ts'

/**
 * The regular expression of a SIMILAR TO pattern, anchored at both ends. Two escaped double quotes divide it into
 * three for SUBSTRING … SIMILAR: the middle becomes the captured group. `escape` null: none. Throws 22025.
 */
export const similarToRegex = (pattern: string, escape: string | null): string => {
  if (escape !== null && [...escape].length > 1) throw invalidEscapeString()
  let out = '^(?:'
  let inBrackets = false
  let separators = 0
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const char = characters[i] as string
    if (escape !== null && char === escape) {
      const next = characters[++i]
      if (next === '"' && !inBrackets) {
        if (separators === 0) out += '){1,1}?('
        else if (separators === 1) out += '){1,1}(?:'
        else throw tooManyEscapeSeparators()
        separators++
      } else out += `\\${next ?? ''}`
    } else if (inBrackets) {
      if (char === '\\') out += '\\'
      out += char
      if (char === ']') inBrackets = false
    } else if (char === '[') {
      out += char
      inBrackets = true
    } else if (char === '%') out += '.*'
    else if (char === '_') out += '.'
    else if (char === '(') out += '(?:'
    else if (/[\\.^$]/.test(char)) out += `\\${char}`
    else out += char
  }
  return `${out})$`
}
