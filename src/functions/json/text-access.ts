/** Parts of json values as the text that they have in the whole: json keeps what was written. */
import { JsonReader } from '../../types/json/json-reader.ts'

/** A member or element: its source text, and its key in objects. */
export interface JsonPart {
  readonly key: string
  readonly text: string
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

const KINDS: Readonly<Record<string, JsonKind>> = {
  '{': 'object',
  '[': 'array',
  '"': 'string',
  t: 'boolean',
  f: 'boolean',
  n: 'null',
}

/** What kind of value a json text is. */
export const jsonKind = (text: string): JsonKind => KINDS[text.trimStart()[0] as string] ?? 'number'

/** Members of an object or elements of an array in their order; none for scalars. */
export const jsonParts = (text: string): JsonPart[] => {
  const reader = new JsonReader(text)
  reader.skipSpace()
  const open = text[reader.at]
  const parts: JsonPart[] = []
  if (open !== '{' && open !== '[') return parts
  const close = open === '{' ? '}' : ']'
  reader.at++
  reader.skipSpace()
  while (text[reader.at] !== close) {
    if (text[reader.at] === ',') reader.at++
    reader.skipSpace()
    let key = ''
    if (open === '{') {
      key = reader.readString()
      reader.skipSpace()
      reader.at++
      reader.skipSpace()
    }
    const from = reader.at
    reader.readValue()
    parts.push({ key, text: text.slice(from, reader.at) })
    reader.skipSpace()
  }
  return parts
}

/** The member of a key (the last of several), null when the value is no object or has none. */
export const jsonMember = (text: string, key: string): string | null =>
  jsonKind(text) === 'object' ? (jsonParts(text).findLast((part) => part.key === key)?.text ?? null) : null

/** The element at an index; negative ones count from the end. */
export const jsonElement = (text: string, index: number): string | null =>
  jsonKind(text) === 'array' ? (jsonParts(text).at(index)?.text ?? null) : null

/** A json value as text: strings without quotes, null as NULL. */
export const jsonAsText = (text: string | null): string | null => {
  if (text === null) return null
  const kind = jsonKind(text)
  if (kind === 'null') return null
  const value = text.trim()
  return kind === 'string' ? new JsonReader(value).readString() : value
}

/** An array index as paths write it, null for text that is no integer. */
export const pathIndex = (step: string): number | null => (/^\s*[+-]?\d+$/.test(step) ? Number(step) : null)

/** The value at a path of keys and indexes. */
export const jsonAtPath = (text: string, path: readonly (string | null)[]): string | null => {
  let value: string | null = text.trim()
  for (const step of path) {
    if (step === null || value === null) return null
    const index = pathIndex(step)
    value = jsonKind(value) === 'array' ? (index === null ? null : jsonElement(value, index)) : jsonMember(value, step)
  }
  return value
}
