/** JSON as rows: values of objects read into the columns of a row type. */
import { expectedJsonArray, jsonNotRecord, malformedJsonArray } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import {
  formatJsonbNode,
  isJsonbArray,
  isJsonbObject,
  Jsonb,
  type JsonbNode,
  type JsonbObject,
} from '../../types/json/jsonb.ts'
import { isDomainType } from '../../types/domain-type.ts'
import { OID } from '../../types/oids.ts'
import { isRowType, type RowType, type RowTypeField, SqlRecord } from '../../types/record.ts'
import type { Datum, FormatContext, SqlType } from '../../types/sql-type.ts'

/** Where in a row a value is read, for hints: a column, and positions in its array. */
interface Place {
  readonly column: string | null
  readonly indexes: readonly number[]
}

/** A node read as a value of a type: through its text, part by part for arrays and rows. Throws as input does. */
const datumOfNode = (node: JsonbNode, type: SqlType, typmod: number, context: FormatContext, place: Place): Datum => {
  if (isDomainType(type)) {
    const value = datumOfNode(node, type.base, type.baseTypmod, context, place)
    context.checkDomain?.(type, value)
    return value
  }
  if (node === null) return null
  if (type.oid === OID.jsonb) return new Jsonb(node)
  if (type.oid === OID.json) return formatJsonbNode(node)
  if (typeof node !== 'string') {
    if (isArrayType(type)) {
      if (!isJsonbArray(node)) throw expectedJsonArray(placeHint(place))
      return arrayOfNode(node, type.element as SqlType, typmod, context, place)
    }
    if (isRowType(type)) {
      if (isJsonbObject(node)) return recordOfObject(node, type, null, context)
      throw jsonNotRecord(`cannot call populate_composite on ${isJsonbArray(node) ? 'an array' : 'a scalar'}`)
    }
  }
  return type.parse(typeof node === 'string' ? node : formatJsonbNode(node), typmod, context)
}

const isArrayType = (type: SqlType): boolean => type.element !== null && type.length === -1 && type.arrayOid === 0

const placeHint = ({ column, indexes }: Place): string | null => {
  const element = indexes.map((index) => `[${index}]`).join('')
  if (element === '') return column === null ? null : `See the value of key "${column}".`
  return column === null ? `See the array element ${element}.` : `See the array element ${element} of key "${column}".`
}

/** As many dimensions as arrays stand in one another before the first other element. */
const arrayOfNode = (
  root: readonly JsonbNode[],
  element: SqlType,
  typmod: number,
  context: FormatContext,
  place: Place,
): SqlArray => {
  const sizes: number[] = []
  const values: Datum[] = []
  let depth = 0
  const walk = (node: readonly JsonbNode[], level: number, indexes: readonly number[]): void => {
    node.forEach((item, i) => {
      const at = { column: place.column, indexes: [...indexes, i] }
      if (depth === 0 && !isJsonbArray(item)) depth = level
      if (depth === level) values.push(datumOfNode(item, element, typmod, context, at))
      else if (isJsonbArray(item)) walk(item, level + 1, at.indexes)
      else throw expectedJsonArray(placeHint(at))
    })
    const known = sizes[level - 1]
    if (known === undefined) sizes[level - 1] = node.length
    else if (known !== node.length) throw malformedJsonArray()
  }
  walk(root, 1, [])
  return values.length === 0
    ? SqlArray.empty
    : new SqlArray(
        sizes,
        sizes.map(() => 1),
        values,
      )
}

/** A row out of an object's members; columns without a member keep the base's value, or are NULL. */
const recordOfObject = (
  node: JsonbObject,
  type: RowType,
  base: SqlRecord | null,
  context: FormatContext,
): SqlRecord => {
  const fields = type.fields()
  return new SqlRecord(
    fields.map((field) => field.type),
    fields.map((field, i) => valueOfField(node, field, base === null ? undefined : (base.values[i] ?? null), context)),
    fields.map((field) => field.name),
  )
}

const valueOfField = (
  node: JsonbObject,
  { name, type, typmod }: RowTypeField,
  base: Datum | undefined,
  context: FormatContext,
): Datum => {
  const member = node.get(name)
  if (member === undefined && base !== undefined) return base
  return datumOfNode(member ?? null, type, typmod, context, { column: name, indexes: [] })
}

/** The row type of a call's result. */
const rowTypeOf = (name: string, result: SqlType): RowType => {
  if (!isRowType(result)) throw jsonNotRecord(`first argument of ${name} must be a row type`)
  return result
}

/** One object as a row. Throws 22023 for every other kind of value. */
export const populateRecord = (
  name: string,
  root: JsonbNode,
  result: SqlType,
  base: SqlRecord | null,
  context: FormatContext,
): SqlRecord => {
  if (!isJsonbObject(root))
    throw jsonNotRecord(`cannot call ${name} on ${isJsonbArray(root) ? 'an array' : 'a scalar'}`)
  return recordOfObject(root, rowTypeOf(name, result), base, context)
}

/** An array of objects as rows. */
export const populateRecords = (
  name: string,
  root: JsonbNode,
  result: SqlType,
  base: SqlRecord | null,
  context: FormatContext,
): SqlRecord[] => {
  if (!isJsonbArray(root))
    throw jsonNotRecord(`cannot call ${name} on ${isJsonbObject(root) ? 'a non-array' : 'a scalar'}`)
  return root.map((node) => {
    if (!isJsonbObject(node)) throw jsonNotRecord(`argument of ${name} must be an array of objects`)
    return recordOfObject(node, rowTypeOf(name, result), base, context)
  })
}
