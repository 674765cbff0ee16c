/** Rows as values: the SqlRecord datum, the anonymous type record, and row types of tables and CREATE TYPE. */
import {
  featureNotSupported,
  invalidBinaryRepresentation,
  malformedRecordLiteral,
  noComparison,
  recordColumnTypes,
  recordWidths,
} from '../errors/raise/data.ts'
import { noEqualityOperator } from '../errors/raise/analysis.ts'
import type { SqlError } from '../errors/sql-error.ts'
import { fillBytes, fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import { parseRecord, formatRecord } from './record-text.ts'
import type { Datum, FormatContext, SqlType } from './sql-type.ts'

/** A row value: its fields' types and datums, and their names where known. */
export class SqlRecord {
  readonly types: readonly SqlType[]
  readonly values: readonly Datum[]
  readonly names: readonly string[] | null

  constructor(types: readonly SqlType[], values: readonly Datum[], names: readonly string[] | null = null) {
    this.types = types
    this.values = values
    this.names = names
  }
}

/** Field by field with NULLs last. Throws 42804 for rows of different types, and what `missing` makes for fields without an order. */
const comparingRecords =
  (missing: (type: SqlType) => SqlError) =>
  (a: SqlRecord, b: SqlRecord): number => {
    const length = Math.min(a.values.length, b.values.length)
    for (let i = 0; i < length; i++) {
      const type = a.types[i] as SqlType
      const other = b.types[i] as SqlType
      if (type.oid !== other.oid) throw recordColumnTypes(type.sqlName, other.sqlName, i + 1)
      const x = a.values[i]
      const y = b.values[i]
      if (x === null || y === null) {
        if (x !== y) return x === null ? 1 : -1
        continue
      }
      if (type.compare === null) throw missing(type)
      const order = type.compare(x, y)
      if (order !== 0) return order
    }
    if (a.values.length !== b.values.length) throw recordWidths()
    return 0
  }

export const compareRecords = comparingRecords(noComparison)

/** 0 for equal rows. */
export const differRecords = comparingRecords((type) => noEqualityOperator(type.sqlName))

const recordHashKey = (value: SqlRecord): string =>
  value.values
    .map((field, i) => {
      if (field === null) return '-'
      const key = String((value.types[i] as SqlType).hashKey?.(field))
      return `${key.length}:${key}`
    })
    .join(';')

const sendRecord = (value: SqlRecord, context: FormatContext): Uint8Array => {
  const fields = value.values.map((field, i) =>
    field === null ? null : (value.types[i] as SqlType).send(field, context),
  )
  const size = fields.reduce((total, field) => total + 8 + (field?.length ?? 0), 4)
  return fillBytes(size, (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    view.setInt32(0, fields.length)
    let at = 4
    fields.forEach((field, i) => {
      view.setUint32(at, (value.types[i] as SqlType).oid)
      view.setInt32(at + 4, field === null ? -1 : field.length)
      at += 8
      if (field !== null) {
        bytes.set(field, at)
        at += field.length
      }
    })
  })
}

const formatFields = (value: SqlRecord, context: FormatContext): string =>
  formatRecord(
    value.values.map((field, i) => (field === null ? null : (value.types[i] as SqlType).format(field, context))),
  )

export const recordType = defineType({
  oid: OID.record,
  name: 'record',
  kind: 'p',
  category: 'P',
  length: -1,
  align: 'd',
  arrayOid: 2287,
  physical: 'any',
  parse: () => {
    throw featureNotSupported('input of anonymous composite types is not implemented')
  },
  format: formatFields,
  receive: () => {
    throw featureNotSupported('input of anonymous composite types is not implemented')
  },
  send: sendRecord,
  compare: compareRecords,
  hashKey: recordHashKey,
})

export interface RowTypeField {
  readonly name: string
  readonly type: SqlType
  readonly typmod: number
}

export interface RowTypeFacts {
  readonly oid: number
  readonly arrayOid: number
  readonly name: string
  readonly namespace: number
  /** OID of the relation that the rows belong to (pg_type.typrelid). */
  readonly relation: number
  /** Columns in order; a function, because a row type may be needed before its columns' types are known. */
  readonly fields: () => readonly RowTypeField[]
  readonly sqlName?: string
}

/** A named row type. */
export interface RowType extends SqlType {
  readonly fields: () => readonly RowTypeField[]
}

export const isRowType = (type: SqlType): type is RowType => type.kind === 'c'

const receiveRow = (fields: readonly RowTypeField[], bytes: Uint8Array, context: FormatContext): Datum[] => {
  const count = fixedView(bytes, 4).getInt32(0)
  // Rows may have been kept since before their type got more columns.
  if (count > fields.length)
    throw invalidBinaryRepresentation(`wrong number of columns: ${count}, expected ${fields.length}`)
  let at = 4
  return fields.map(({ type, typmod }, i) => {
    if (i >= count) return null
    const header = fixedView(bytes.subarray(at), 8)
    const oid = header.getUint32(0)
    const length = header.getInt32(4)
    if (oid !== type.oid) {
      throw invalidBinaryRepresentation(
        `binary data has type ${oid} instead of expected ${type.oid} in record column ${i + 1}`,
      )
    }
    at += 8
    if (length < 0) return null
    fixedView(bytes.subarray(at), length)
    const value = type.receive(bytes.subarray(at, at + length), typmod, context)
    at += length
    return value
  })
}

export const rowType = (facts: RowTypeFacts): RowType => {
  const { fields } = facts
  const make = (values: readonly Datum[]): SqlRecord =>
    new SqlRecord(
      fields().map((field) => field.type),
      values,
      fields().map((field) => field.name),
    )
  const widened = (value: SqlRecord): SqlRecord => {
    const missing = fields().length - value.values.length
    return missing <= 0 ? value : make([...value.values, ...new Array<Datum>(missing).fill(null)])
  }
  return {
    ...defineType({
      oid: facts.oid,
      name: facts.name,
      sqlName: facts.sqlName ?? facts.name,
      namespace: facts.namespace,
      kind: 'c',
      category: 'C',
      length: -1,
      align: 'd',
      arrayOid: facts.arrayOid,
      relation: facts.relation,
      physical: 'any',
      parse: (text, _typmod, context) => {
        const texts = parseRecord(text)
        const columns = fields()
        if (texts.length < columns.length) throw malformedRecordLiteral(text, 'Too few columns.')
        if (texts.length > columns.length) throw malformedRecordLiteral(text, 'Too many columns.')
        return make(
          columns.map(({ type, typmod }, i) => {
            const field = texts[i] as string | null
            return field === null ? null : type.parse(field, typmod, context)
          }),
        )
      },
      format: (value: SqlRecord, context) => formatFields(widened(value), context),
      receive: (bytes, _typmod, context) => make(receiveRow(fields(), bytes, context)),
      send: sendRecord,
      compare: compareRecords,
      hashKey: recordHashKey,
    }),
    fields,
  }
}
