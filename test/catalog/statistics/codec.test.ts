import { expect, test } from 'vitest'
import { decodeStatistics, encodeStatistics } from '../../../src/catalog/statistics/codec.ts'
import type { TableStatistics } from '../../../src/catalog/statistics/model.ts'
import { StatisticsStore } from '../../../src/catalog/statistics/store.ts'
import { typeByName, typeByOid } from '../../../src/types/index.ts'
import { OID } from '../../../src/types/oids.ts'
import type { SqlType } from '../../../src/types/sql-type.ts'

const column = (attnum: number, type: string, values: readonly string[]) => {
  const sqlType = typeByName(type) as SqlType
  const context = {} as Parameters<SqlType['parse']>[2]
  return {
    attnum,
    type: sqlType.oid,
    nullFraction: 0.25,
    averageWidth: 4,
    distinct: -0.5,
    commonValues: values.slice(0, 1).map((text) => sqlType.parse(text, -1, context)),
    commonFrequencies: [0.1],
    histogram: values.slice(1).map((text) => sqlType.parse(text, -1, context)),
    correlation: null,
  }
}

const STATISTICS: TableStatistics = {
  table: 16_400,
  rows: 1000,
  pages: 7,
  columns: [
    column(1, 'int4', ['1', '2', '3']),
    column(2, 'text', ["it's", 'b']),
    column(3, 'numeric', ['1.50', '1e30', 'NaN']),
    column(4, 'int8', ['9223372036854775807', '5']),
  ],
}

test('statistics are the same after storing', () => {
  const bytes = encodeStatistics(STATISTICS, (oid) => typeByOid(oid) as SqlType)
  expect(decodeStatistics(bytes, (oid) => typeByOid(oid) ?? null)).toEqual(STATISTICS)
})

test('columns whose type is gone are left out', () => {
  const bytes = encodeStatistics(STATISTICS, (oid) => typeByOid(oid) as SqlType)
  const read = decodeStatistics(bytes, (oid) => (oid === OID.text ? null : (typeByOid(oid) ?? null)))
  expect(read.columns.map((c) => c.attnum)).toEqual([1, 3, 4])
})

test('the store answers the newest and counts changes', () => {
  const store = new StatisticsStore()
  expect(store.get(16_400)).toBeNull()
  store.set(STATISTICS)
  expect(store.get(16_400)).toBe(STATISTICS)
  expect(store.version).toBe(1)
  store.delete(16_400)
  store.delete(16_400)
  expect([store.get(16_400), store.version, [...store.all()]]).toEqual([null, 2, []])
})
