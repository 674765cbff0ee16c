/** JSON as rows: values of objects read into the columns of a row type. */
import {
  expectedJsonArray,
  jsonNotRecord,
  malformedJsonArray,
  recordShapeUnknown,
  rowsDoNotMatch,
} from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import { isJsonbArray, isJsonbObject, Jsonb, type JsonbNode, type JsonbObject } from '../../types/json/jsonb.ts'
import { baseTypeOf, isDomainType } from '../../types/domain-type.ts'
import { OID } from '../../types/oids.ts'
import { isRowType, type RowTypeField, SqlRecord } from '../../types/record.ts'
import type { Datum, FormatContext, SqlType } from '../../types/sql-type.ts'
import type { CallTypes } from '../records.ts'

/** JSON that is read, and how: `textOf` writes a node as it stood there. */
export interface JsonSource {
  readonly root: JsonbNode
  readonly textOf: (node: JsonbNode) => string
}

interface Reading extends JsonSource {
  readonly format: FormatContext
}

/** Where in a row a value is read, for hints: a column, and positions in its array. */
interface Place {
  readonly column: string | null
  readonly indexes: readonly number[]
}

/** A node read as a value of a type: through its text, part by part for arrays and rows. Throws as input does. */
const datumOfNode = (
  node: JsonbNode,
  type: SqlType,
  typmod: number,
  reading: Reading,
  place: Place,
  base: Datum = null,
): Datum => {
  if (isDomainType(type)) {
    const value = datumOfNode(node, type.base, type.baseTypmod, reading, place, base)
    reading.format.checkDomain?.(type, value)
    return value
  }
  if (node === null) return null
  if (type.oid === OID.jsonb) return new Jsonb(node)
  if (type.oid === OID.json) return reading.textOf(node)
  if (typeof node !== 'string') {
    if (isArrayType(type)) {
      if (!isJsonbArray(node)) throw expectedJsonArray(placeHint(place))
      return arrayOfNode(node, type.element as SqlType, typmod, reading, place)
    }
    if (isRowType(type)) {
      if (isJsonbObject(node)) return recordOfObject(node, type.fields(), base, reading)
      throw jsonNotRecord(`cannot call populate_composite on ${isJsonbArray(node) ? 'an array' : 'a scalar'}`)
    }
  }
  return type.parse(typeof node === 'string' ? node : reading.textOf(node), typmod, reading.format)
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
  reading: Reading,
  place: Place,
): SqlArray => {
  const sizes: number[] = []
  const values: Datum[] = []
  let depth = 0
  const walk = (node: readonly JsonbNode[], level: number, indexes: readonly number[]): void => {
    node.forEach((item, i) => {
      const at = { column: place.column, indexes: [...indexes, i] }
      if (depth === 0 && !isJsonbArray(item)) depth = level
      if (depth === level) values.push(datumOfNode(item, element, typmod, reading, at))
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

type Field = Pick<RowTypeField, 'name' | 'type'> & { readonly typmod?: number }

/** A row out of an object's members; columns without a member keep the base's value, or are NULL. */
const recordOfObject = (
  node: JsonbObject,
  fields: readonly Field[],
  base: SqlRecord | null,
  reading: Reading,
): SqlRecord =>
  new SqlRecord(
    fields.map((field) => field.type),
    fields.map((field, i) => valueOfField(node, field, base === null ? undefined : (base.values[i] ?? null), reading)),
    fields.map((field) => field.name),
  )

const valueOfField = (
  node: JsonbObject,
  { name, type, typmod = -1 }: Field,
  base: Datum | undefined,
  reading: Reading,
): Datum => {
  const member = node.get(name)
  if (member === undefined && base !== undefined) return base
  return datumOfNode(member ?? null, type, typmod, reading, { column: name, indexes: [] }, base ?? null)
}

/** The columns of a call's rows: of its row type, of the record that it is given, or as the query defines them. */
const fieldsOf = (name: string, { result, columns }: CallTypes, base: SqlRecord | null): readonly Field[] => {
  const type = baseTypeOf(result)
  if (isRowType(type)) return type.fields()
  if (type.oid !== OID.record) throw jsonNotRecord(`first argument of ${name} must be a row type`)
  if (base === null) {
    if (columns === undefined) throw recordShapeUnknown(name)
    return columns
  }
  const given = base.types.map((of, i) => ({ name: base.names?.[i] ?? `f${i + 1}`, type: of }))
  if (columns !== undefined) checkShape(given, columns)
  return given
}

/** Throws 42804 where a row is not what the query says that it is. */
const checkShape = (given: readonly Field[], wanted: readonly Field[]): void => {
  if (given.length !== wanted.length) {
    throw rowsDoNotMatch(
      `Returned row contains ${given.length} attribute${given.length === 1 ? '' : 's'}, but query expects ${wanted.length}.`,
    )
  }
  for (const [i, { type }] of given.entries()) {
    const { type: expected } = wanted[i] as Field
    if (type.oid === expected.oid) continue
    throw rowsDoNotMatch(
      `Returned type ${type.sqlName} at ordinal position ${i + 1}, but query expects ${expected.sqlName}.`,
    )
  }
}

/** The row as a value of the call's type. */
const asResult = (row: SqlRecord, { result }: CallTypes, { checkDomain }: FormatContext): SqlRecord => {
  if (isDomainType(result)) checkDomain?.(result, row)
  return row
}

/** One object as a row. Throws 22023 for every other kind of value. */
export const populateRecord = (
  name: string,
  source: JsonSource,
  types: CallTypes,
  base: SqlRecord | null,
  format: FormatContext,
): SqlRecord => {
  const { root } = source
  const fields = fieldsOf(name, types, base)
  if (!isJsonbObject(root))
    throw jsonNotRecord(`cannot call ${name} on ${isJsonbArray(root) ? 'an array' : 'a scalar'}`)
  return asResult(recordOfObject(root, fields, base, { ...source, format }), types, format)
}

/** An array of objects as rows. */
export const populateRecords = (
  name: string,
  source: JsonSource,
  types: CallTypes,
  base: SqlRecord | null,
  format: FormatContext,
): SqlRecord[] => {
  const { root } = source
  const fields = fieldsOf(name, types, base)
  if (!isJsonbArray(root))
    throw jsonNotRecord(`cannot call ${name} on ${isJsonbObject(root) ? 'a non-array' : 'a scalar'}`)
  return root.map((node) => {
    if (!isJsonbObject(node)) throw jsonNotRecord(`argument of ${name} must be an array of objects`)
    return asResult(recordOfObject(node, fields, base, { ...source, format }), types, format)
  })
}
