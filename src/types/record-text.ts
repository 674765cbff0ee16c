/** The text form of rows: `(1,"a b",)`. An empty field is NULL. */
import { malformedRecordLiteral } from '../errors/raise/data.ts'

/** Field texts. Throws 22P02. */
export const parseRecord = (text: string): (string | null)[] => {
  let at = 0
  while (/\s/.test(text[at] ?? '')) at++
  if (text[at] !== '(') throw malformedRecordLiteral(text, 'Missing left parenthesis.')
  at++
  const fields: (string | null)[] = []
  for (;;) {
    let field = ''
    let present = false
    let quoted = false
    for (;;) {
      const char = text[at]
      if (char === undefined) throw malformedRecordLiteral(text, 'Unexpected end of input.')
      if (!quoted && (char === ',' || char === ')')) break
      at++
      present = true
      if (char === '\\') {
        if (at >= text.length) throw malformedRecordLiteral(text, 'Unexpected end of input.')
        field += text[at++]
      } else if (char !== '"') field += char
      else if (!quoted) quoted = true
      else if (text[at] === '"') field += text[at++]
      else quoted = false
    }
    fields.push(present ? field : null)
    if (text[at++] === ')') break
  }
  if (text.slice(at).trim() !== '') throw malformedRecordLiteral(text, 'Junk after right parenthesis.')
  return fields
}

const NEEDS_QUOTES = /["\\(),\s]/

export const formatRecord = (fields: readonly (string | null)[]): string =>
  `(${fields
    .map((field) =>
      field === null ? '' : field === '' || NEEDS_QUOTES.test(field) ? `"${field.replace(/["\\]/g, '$&$&')}"` : field,
    )
    .join()})`
