/**
 * DataRow messages of a whole batch, written column form to row form without objects in between. Each column gets one
 * writer, chosen once per batch by its vector's form, its type and the format asked for.
 */
import { isBinary } from './backend-messages.ts'
import type { FieldDescription } from '../session/contract.ts'
import { OID } from '../types/oids.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { AnyVector, DictionaryVector, Float64Vector, Int32Vector } from '../vector/vector.ts'
import type { OutputBuffer } from './output-buffer.ts'

const DATA_ROW = 'D'.charCodeAt(0)

/** int8, int2, int4, oid: types whose text form is the plain decimal number, which needs no call of their own. */
const PLAIN_INTEGERS: ReadonlySet<number> = new Set([OID.int8, OID.int2, OID.int4, OID.oid])

/** Writes the value at a physical position: its length and its bytes, or -1 for NULL. */
type ColumnWriter = (position: number) => void

/**
 * Writes one DataRow per live row, from live row `from` until at least `limit` bytes stand in `out`; answers the next
 * row. When a value cannot be written, nothing of its row is.
 */
export const writeDataRows = (
  out: OutputBuffer,
  batch: Batch,
  from: number,
  limit: number,
  writers: readonly ColumnWriter[],
): number => {
  const count = batch.count
  const columns = writers.length
  let row = from
  while (row < count && out.length < limit) {
    const position = batch.position(row++)
    const start = out.begin(DATA_ROW)
    try {
      out.int16(columns)
      for (let i = 0; i < columns; i++) (writers[i] as ColumnWriter)(position)
    } catch (error) {
      out.length = start
      throw error
    }
    out.end(start)
  }
  return row
}

/** Writers for a batch's columns. `formats`: 0 text, 1 binary, one per field; null where the client could not choose. */
export const columnWriters = (
  out: OutputBuffer,
  batch: Batch,
  fields: readonly FieldDescription[],
  formats: readonly number[] | null,
  context: FormatContext,
): ColumnWriter[] =>
  fields.map((field, i) => {
    const column = batch.columns[i] as AnyVector
    return isBinary(field, formats?.[i])
      ? binaryWriter(out, column, field.type, context)
      : textWriter(out, column, field.type, context)
  })

const textWriter = (out: OutputBuffer, column: AnyVector, type: SqlType, context: FormatContext): ColumnWriter => {
  if ((column.kind === 'int32' || column.kind === 'float64') && PLAIN_INTEGERS.has(type.oid)) {
    return integerWriter(out, column)
  }
  const encode = (value: Datum): void => out.text(type.format(value, context))
  if (column.kind === 'dictionary')
    return dictionaryWriter(out, column, (value) => Buffer.from(type.format(value, context)))
  return datumWriter(out, column, encode)
}

const binaryWriter = (out: OutputBuffer, column: AnyVector, type: SqlType, context: FormatContext): ColumnWriter => {
  if (column.kind === 'dictionary') return dictionaryWriter(out, column, (value) => type.send(value, context))
  return datumWriter(out, column, (value) => out.value(type.send(value, context)))
}

const datumWriter =
  (out: OutputBuffer, column: AnyVector, encode: (value: Datum) => void): ColumnWriter =>
  (position) => {
    const value = column.get(position)
    if (value === null) out.int32(-1)
    else encode(value)
  }

/** Each distinct value is encoded once per batch. */
const dictionaryWriter = (
  out: OutputBuffer,
  column: DictionaryVector,
  encode: (value: Datum) => Uint8Array,
): ColumnWriter => {
  const { codes, dictionary } = column
  const encoded: (Uint8Array | undefined)[] = []
  return (position) => {
    const code = codes[position] as number
    if (code === -1) {
      out.int32(-1)
      return
    }
    let bytes = encoded[code]
    if (bytes === undefined) {
      bytes = encode(dictionary[code])
      encoded[code] = bytes
    }
    out.value(bytes)
  }
}

/** Longest decimal form of an integer in a double: a sign and 16 digits; longer ones are not safe integers. */
const MAX_DIGITS = 17

const integerWriter = (out: OutputBuffer, column: Int32Vector | Float64Vector): ColumnWriter => {
  const { values, nulls } = column
  return (position) => {
    if (nulls !== null && nulls[position] === 1) {
      out.int32(-1)
      return
    }
    let rest = values[position] as number
    out.reserve(4 + MAX_DIGITS)
    const bytes = out.bytes
    const start = out.length + 4
    let at = start
    if (rest < 0) {
      bytes[at++] = 45
      rest = -rest
    }
    const end = at + digitCount(rest)
    let write = end
    do {
      const next = Math.floor(rest / 10)
      bytes[--write] = 48 + (rest - next * 10)
      rest = next
    } while (write > at)
    bytes.writeInt32BE(end - start, start - 4)
    out.length = end
  }
}

const digitCount = (value: number): number => {
  let digits = 1
  for (let bound = 10; value >= bound; bound *= 10) digits++
  return digits
}
