/** JSON as rows: values of objects read into the columns of a row type. */
import { jsonNotRecord } from '../../errors/raise/data.ts'
import { SqlArray } from '../../types/array.ts'
import {
  formatJsonbNode,
  isJsonbArray,
  isJsonbObject,
  Jsonb,
  type JsonbNode,
  type JsonbObject,
} from '../../types/json/jsonb.ts'
import { OID } from '../../types/oids.ts'
import { isRowType, type RowType, type RowTypeField, SqlRecord } from '../../types/record.ts'
import type { Datum, FormatContext, SqlType } from '../../types/sql-type.ts'

/** A node read as a value of a type: through its text, part by part for arrays and rows. Throws as input does. */
const datumOfNode = (node: JsonbNode, type: SqlType, typmod: number, context: FormatContext): Datum => {
  if (node === null) return null
  if (type.oid === OID.jsonb) return new Jsonb(node)
  if (type.oid === OID.json) return formatJsonbNode(node)
  if (isJsonbArray(node) && type.element !== null) return arrayOfNode(node, type.element, typmod, context)
  if (isJsonbObject(node) && isRowType(type)) return recordOfObject(node, type, null, context)
  return type.parse(typeof node === 'string' ? node : formatJsonbNode(node), typmod, context)
}

const arrayOfNode = (
  node: readonly JsonbNode[],
  element: SqlType,
  typmod: number,
  context: FormatContext,
): SqlArray => {
  const dimensions: number[] = []
  for (let level: JsonbNode | undefined = node; level !== undefined && isJsonbArray(level); level = level[0])
    dimensions.push(level.length)
  const elements = (node as unknown[]).flat(dimensions.length - 1) as JsonbNode[]
  return elements.length === 0
    ? SqlArray.empty
    : new SqlArray(
        dimensions,
        dimensions.map(() => 1),
        elements.map((item) => datumOfNode(item, element, typmod, context)),
      )
}

/** A row out of an object's members; columns without a member keep the base's value, or NULL. */
const recordOfObject = (
  node: JsonbObject,
  type: RowType,
  base: SqlRecord | null,
  context: FormatContext,
): SqlRecord => {
  const fields = type.fields()
  return new SqlRecord(
    fields.map((field) => field.type),
    fields.map((field, i) => valueOfField(node, field, base?.values[i] ?? null, context)),
    fields.map((field) => field.name),
  )
}

const valueOfField = (
  node: JsonbObject,
  { name, type, typmod }: RowTypeField,
  base: Datum,
  context: FormatContext,
): Datum => {
  const member = node.get(name)
  return member === undefined ? base : datumOfNode(member, type, typmod, context)
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
