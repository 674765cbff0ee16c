/** Reading node-sql-parser's trees strictly: a key that is not expected means something that is not understood. */
import type { Cursor } from './cursor.ts'

export type Ast = Readonly<Record<string, unknown>>

export const isAst = (value: unknown): value is Ast =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A key that the parser leaves out or sets to null where there is nothing. */
export const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined

/** The node, if it has nothing but these keys. Throws 0A000. */
export const only = (value: unknown, keys: readonly string[], cursor: Cursor): Ast => {
  if (!isAst(value)) throw cursor.refusal('this place')
  for (const key in value) {
    if (!isAbsent(value[key]) && !keys.includes(key)) throw cursor.refusal(`this place ("${key}")`)
  }
  return value
}

export const list = (value: unknown, cursor: Cursor): readonly unknown[] => {
  if (!Array.isArray(value)) throw cursor.refusal('this place')
  return value
}

/** The text of a name: as it is, or in a node that says whether it was quoted. */
export const nameIn = (value: unknown, cursor: Cursor): unknown => {
  if (!isAst(value)) return value
  const { type, value: text, expr } = only(value, ['type', 'value', 'expr'], cursor)
  if (isAst(expr) && type === undefined) return nameIn(expr, cursor)
  if (type !== 'default' && type !== 'double_quote_string') throw cursor.refusal('this name')
  return text
}

/** A text, empty for whatever is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
