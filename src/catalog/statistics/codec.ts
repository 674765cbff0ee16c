/** Statistics as stored bytes: JSON in which values are texts of their types. */
import type { Datum, FormatContext, SqlType } from '../../types/sql-type.ts'
import type { ColumnStatistics, TableStatistics } from './model.ts'

/** Independent of any session's settings. */
const STORED_FORMAT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'iso_8601',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: { format: () => null, resolve: (_kind, name) => Number(name) },
}

type StoredColumn = Omit<ColumnStatistics, 'commonValues' | 'histogram'> & {
  readonly commonValues: readonly string[]
  readonly histogram: readonly string[]
}

/** `typeOf` answers the types that the columns name by oid. */
export const encodeStatistics = (statistics: TableStatistics, typeOf: (oid: number) => SqlType): Uint8Array => {
  const columns = statistics.columns.map((column): StoredColumn => {
    const type = typeOf(column.type)
    const texts = (values: readonly Datum[]): string[] => values.map((v) => type.format(v, STORED_FORMAT))
    return { ...column, commonValues: texts(column.commonValues), histogram: texts(column.histogram) }
  })
  return Buffer.from(JSON.stringify({ ...statistics, columns }))
}

/** Columns of types that no longer exist (`typeOf` answers null) are left out. */
export const decodeStatistics = (bytes: Uint8Array, typeOf: (oid: number) => SqlType | null): TableStatistics => {
  const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as Omit<TableStatistics, 'columns'> & {
    readonly columns: readonly StoredColumn[]
  }
  const columns = stored.columns.flatMap((column): ColumnStatistics[] => {
    const type = typeOf(column.type)
    if (type === null) return []
    const values = (texts: readonly string[]): Datum[] => texts.map((text) => type.parse(text, -1, STORED_FORMAT))
    return [{ ...column, commonValues: values(column.commonValues), histogram: values(column.histogram) }]
  })
  return { ...stored, columns }
}
