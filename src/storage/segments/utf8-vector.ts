/**
 * Text in memory as it lies in segment files: UTF-8 bytes end to end, made strings only where one is asked for. A scan
 * asks a block at a time.
 */
import type { Datum } from '../../types/sql-type.ts'
import { type AnyVector, DatumVector } from '../../vector/vector.ts'
import { splitText } from './text-buffers.ts'

/** Bytes of a prefix; a shorter value's is filled up with zeros. */
const PREFIX = 4

export class Utf8Vector extends DatumVector {
  readonly offsets: Int32Array
  readonly bytes: Buffer
  readonly nulls: Uint8Array | null

  /** `offsets` has one more element than there are values; NULLs are empty. */
  constructor(offsets: Int32Array, bytes: Buffer, nulls: Uint8Array | null) {
    super([])
    this.offsets = offsets
    this.bytes = bytes
    this.nulls = nulls
  }

  override get length(): number {
    return this.offsets.length - 1
  }
  override isNull(position: number): boolean {
    return this.nulls !== null && this.nulls[position] === 1
  }
  override get(position: number): Datum {
    if (this.isNull(position)) return null
    return this.bytes.toString('utf8', this.offsets[position], this.offsets[position + 1])
  }
  override slice(from: number, to: number): DatumVector {
    const nulls = this.nulls?.subarray(from, to) ?? null
    return new DatumVector(splitText(this.offsets.subarray(from, to + 1), this.bytes, nulls))
  }

  /** Positions of the least and the greatest value that is not NULL, -1 where there is none; bytes order as code points do. */
  extremes(): { readonly min: number; readonly max: number } {
    let min = -1
    let max = -1
    let [least, greatest] = [0, 0]
    for (let i = 0; i < this.length; i++) {
      if (this.isNull(i)) continue
      const prefix = this.#prefix(i)
      if (min === -1 || prefix < least || (prefix === least && this.#compare(i, min) < 0)) {
        min = i
        least = prefix
      }
      if (max === -1 || prefix > greatest || (prefix === greatest && this.#compare(i, max) > 0)) {
        max = i
        greatest = prefix
      }
    }
    return { min, max }
  }

  /** The first bytes of a value as a number: most values differ there. */
  #prefix(i: number): number {
    const { bytes } = this
    const from = this.offsets[i] as number
    const to = this.offsets[i + 1] as number
    let prefix = 0
    for (let k = 0; k < PREFIX; k++) prefix = prefix * 256 + (from + k < to ? (bytes[from + k] as number) : 0)
    return prefix
  }

  #compare(i: number, j: number): number {
    const { bytes, offsets } = this
    return bytes.compare(bytes, offsets[j], offsets[j + 1], offsets[i], offsets[i + 1])
  }
}

/** The vector with its text as strings: for those who look into the array, or at the same values again and again. */
export const withStrings = (vector: AnyVector): AnyVector =>
  vector instanceof Utf8Vector ? new DatumVector(splitText(vector.offsets, vector.bytes, vector.nulls)) : vector

/** Whether some position may be NULL, as far as can be told without looking at each. */
export const mayHaveNulls = (vector: AnyVector): boolean => {
  if (vector instanceof Utf8Vector) return vector.nulls !== null
  if (vector.kind === 'dictionary') return vector.codes.includes(-1)
  return vector.kind === 'datums' || vector.kind === 'constant' || vector.nulls !== null
}
