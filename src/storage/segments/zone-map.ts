/** What a segment's manifest says of a column without reading it. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { AnyVector, DictionaryVector } from '../../vector/vector.ts'
import { compareText } from '../../types/text-order.ts'
import type { ZoneMap } from './segment.ts'
import { mayHaveNulls, Utf8Vector } from './utf8-vector.ts'

/** Values looked at to estimate how many distinct ones there are. */
const SAMPLE = 2048

export const zoneMapOf = (vector: AnyVector, type: SqlType, absent: Uint8Array | null): ZoneMap => {
  const isLive = (i: number): boolean => absent === null || absent[i] === 0
  const { min, max } = bounds(vector, type, absent)
  return { min, max, nulls: countNulls(vector, absent), distinct: distinctEstimate(vector, type, isLive) }
}

const countNulls = (vector: AnyVector, absent: Uint8Array | null): number => {
  if (!mayHaveNulls(vector)) return 0
  let nulls = 0
  for (let i = 0; i < vector.length; i++) if ((absent === null || absent[i] === 0) && vector.isNull(i)) nulls++
  return nulls
}

const bounds = (vector: AnyVector, type: SqlType, absent: Uint8Array | null): { min: Datum; max: Datum } => {
  const { compare } = type
  let min: Datum = null
  let max: Datum = null
  if (compare === null) return { min, max }
  const at = (position: number): Datum => (position === -1 ? null : vector.get(position))
  if (vector instanceof Utf8Vector && compare === compareText && absent === null) {
    const places = vector.extremes()
    return { min: at(places.min), max: at(places.max) }
  }
  if (
    vector.kind === 'int32' ||
    vector.kind === 'decimal' ||
    (vector.kind === 'float64' && type.physical === 'int64')
  ) {
    // Numbers in the order of their type: find the places, then take the datums there.
    const places = extremePlaces(vector.values, vector.nulls, absent)
    return { min: at(places.low), max: at(places.high) }
  }
  const consider = (value: Datum): void => {
    if (min === null || compare(value, min) < 0) min = value
    if (max === null || compare(value, max) > 0) max = value
  }
  if (vector.kind === 'dictionary') {
    const used = usedCodes(vector, absent)
    for (let code = 0; code < used.length; code++) if (used[code] === 1) consider(vector.dictionary[code])
  } else {
    for (let i = 0; i < vector.length; i++) {
      if ((absent === null || absent[i] === 0) && !vector.isNull(i)) consider(vector.get(i))
    }
  }
  return { min, max }
}

/** By code: 1 where a row that is there has it. */
const usedCodes = ({ codes, dictionary }: DictionaryVector, absent: Uint8Array | null): Uint8Array => {
  const used = new Uint8Array(dictionary.length)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number
    if (code !== -1 && (absent === null || absent[i] === 0)) used[code] = 1
  }
  return used
}

/** Positions of the least and the greatest number, -1 where there is none. */
const extremePlaces = (
  values: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  absent: Uint8Array | null,
): { readonly low: number; readonly high: number } => {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  const isAll = nulls === null && absent === null
  for (let i = 0; i < values.length; i++) {
    if (!isAll && (absent?.[i] === 1 || nulls?.[i] === 1)) continue
    const value = values[i] as number
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  const find = (value: number): number => {
    let at = values.indexOf(value)
    while (!isAll && at !== -1 && (absent?.[at] === 1 || nulls?.[at] === 1)) at = values.indexOf(value, at + 1)
    return at
  }
  return { low: find(least), high: find(greatest) }
}

/** Haas and Stokes' Duj1 over an evenly spaced sample, as PostgreSQL's ANALYZE has it. */
const distinctEstimate = (vector: AnyVector, type: SqlType, isLive: (i: number) => boolean): number => {
  const { hashKey } = type
  if (hashKey === null) return vector.length
  // Equal numbers in typed arrays are equal values.
  const isPlain = vector.kind === 'int32' || vector.kind === 'decimal' || type.physical === 'int64'
  const numbers = isPlain && 'values' in vector && !Array.isArray(vector.values) ? vector.values : null
  const counts = new Map<unknown, number>()
  const step = Math.max(1, Math.floor(vector.length / SAMPLE))
  let sampled = 0
  for (let i = 0; i < vector.length; i += step) {
    if (!isLive(i) || vector.isNull(i)) continue
    const key = numbers === null ? hashKey(vector.get(i)) : numbers[i]
    counts.set(key, (counts.get(key) ?? 0) + 1)
    sampled++
  }
  if (sampled === 0) return 0
  const once = [...counts.values()].filter((count) => count === 1).length
  const total = sampled * step
  return Math.min(total, Math.round((sampled * counts.size) / (sampled - once + (once * sampled) / total)))
}
