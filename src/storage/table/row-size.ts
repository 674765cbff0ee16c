/** What the values of a row take in memory, in bytes: estimates, the same of a row in memory and of one still encoded. */
import type { Datum } from '../../types/sql-type.ts'

export const VALUE_BYTES = {
  /** A value's place in its row. */
  place: 8,
  /** A number that does not fit its place. */
  number: 12,
  /** Texts and byte arrays, on top of their contents. */
  text: 16,
  bytes: 96,
  /** Every other value but truth values and NULL, which are nothing but their place. */
  other: 56,
} as const

/** Whether a number needs no more than its place. */
const isSmallInteger = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 30

export const rowBytes = (values: readonly Datum[] | null): number => {
  if (values === null) return 0
  let bytes = VALUE_BYTES.place * values.length
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'string') bytes += VALUE_BYTES.text + value.length
    else if (typeof value === 'number') bytes += isSmallInteger(value) ? 0 : VALUE_BYTES.number
    else if (value instanceof Uint8Array) bytes += VALUE_BYTES.bytes + value.length
    else if (value !== null && typeof value !== 'boolean') bytes += VALUE_BYTES.other
  }
  return bytes
}
