/** Constants. Their values are taken from the text, which the tree only has to agree with: it keeps numbers as doubles. */
import type { Node } from '../ast.ts'
import type { Cursor } from './cursor.ts'

const MAX_INTEGER = 0x7fffffff

/** A number without a sign, as it is written: an integer, or text for numeric. */
export const numberNode = (value: unknown, cursor: Cursor): Node => {
  const { location } = cursor
  const text = cursor.number()
  if (Number(text) !== Number(value)) throw cursor.refusal('this number')
  if (/^\d+$/.test(text) && Number(text) <= MAX_INTEGER) {
    return { A_Const: { ival: Number(text) === 0 ? {} : { ival: Number(text) }, location } }
  }
  return { A_Const: { fval: { fval: text }, location } }
}

export const integerNode = (value: unknown, cursor: Cursor): Node => {
  const node = numberNode(value, cursor)
  if (!('A_Const' in node) || node.A_Const.ival === undefined) throw cursor.refusal('this number')
  return node
}

export const stringConstant = (value: unknown, cursor: Cursor): Node => {
  const { location } = cursor
  const text = cursor.string()
  // The tree leaves doubled quotes as they are.
  if (typeof value !== 'string' || value.replaceAll("''", "'") !== text) throw cursor.refusal('this string')
  return { A_Const: { sval: { sval: text }, location } }
}

export const booleanConstant = (value: unknown, cursor: Cursor): Node => {
  const location = cursor.words(value === true ? 'true' : 'false')
  return { A_Const: { boolval: value === true ? { boolval: true } : {}, location } }
}

export const nullConstant = (cursor: Cursor): Node => ({ A_Const: { isnull: true, location: cursor.words('null') } })
