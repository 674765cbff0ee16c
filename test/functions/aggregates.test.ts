/** Aggregates against PostgreSQL: row by row, and in their vector form, whole and over several batches and groups. */
import { expect, test } from 'vitest'
import type { AggregateFunction, CallTypes } from '../../src/functions/records.ts'
import { typeByName, typeByOid } from '../../src/types/index.ts'
import type { Datum, SqlType } from '../../src/types/sql-type.ts'
import { Batch } from '../../src/vector/batch.ts'
import { vectorOf } from '../../src/vector/vector.ts'
import { cellValue, readTable, referenceFormat } from '../types/fixtures.ts'
import { overload, referenceContext, resultType } from './call.ts'

const rows = readTable(new URL('./values/aggregates.tsv', import.meta.url))

const textOf = (type: SqlType, value: Datum): string | null =>
  value === null ? null : type.format(value, referenceFormat)

const rowByRow = (record: AggregateFunction, types: CallTypes, values: readonly Datum[]): Datum => {
  const accumulator = record.create(types)
  for (const value of values) if (!(record.skipNulls && value === null)) accumulator.add(referenceContext, value)
  return accumulator.result(referenceContext)
}

/** Each value in a batch of its own, between rows of another group and rows that the mask leaves out. */
const byVectors = (record: AggregateFunction, types: CallTypes, values: readonly Datum[]): Datum => {
  const aggregation = record.grouped?.(types)
  const type = types.args[0] as SqlType
  for (const value of values) {
    const batch = new Batch([vectorOf(type, [values[0], value, values[0]])], 3, Int32Array.of(2, 1, 0))
    aggregation?.update(batch, Int32Array.of(0, 70, 70), batch.columns, Uint8Array.of(1, 1, 0))
  }
  return aggregation?.finish(70)
}

test.each(rows)('%s of %s: %s', (name = '', typeName = '', cells = '', expected = '') => {
  const type = typeByName(typeName) as SqlType
  const values = cells.split(' | ').map((cell) => {
    const text = cellValue(cell)
    return text === null ? null : type.parse(text, -1, referenceFormat)
  })
  const record = overload(name, [type]) as AggregateFunction
  const types = { args: [type], result: resultType(record, [type]), typeOf: (oid: number) => typeByOid(oid) as SqlType }
  if (expected.startsWith('ERROR')) return
  expect(textOf(types.result, rowByRow(record, types, values))).toBe(cellValue(expected))
  if (record.grouped !== undefined)
    expect(textOf(types.result, byVectors(record, types, values))).toBe(cellValue(expected))
})
