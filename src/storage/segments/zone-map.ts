/** What a segment's manifest says of a column without reading it. */
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { compareText } from '../../types/text-order.ts'
import type { ZoneMap } from './segment.ts'
import { Utf8Vector } from './utf8-vector.ts'

/** Values looked at to estimate how many distinct ones there are. */
const SAMPLE = 2048

export const zoneMapOf = (vector: AnyVector, type: SqlType, absent: Uint8Array | null): ZoneMap => {
  const isLive = (i: number): boolean => absent === null || absent[i] === 0
  let nulls = 0
  for (let i = 0; i < vector.length; i++) if (isLive(i) && vector.isNull(i)) nulls++
  const { min, max } = bounds(vector, type, absent)
  return { min, max, nulls, distinct: distinctEstimate(vector, type, isLive) }
}

const bounds = (vector: AnyVector, type: SqlType, absent: Uint8Array | null): { min: Datum; max: Datum } => {
  const isLive = (i: number): boolean => absent === null || absent[i] === 0
  const { compare } = type
  let min: Datum = null
  let max: Datum = null
  if (compare === null) return { min, max }
  if (vector instanceof Utf8Vector && compare === compareText && absent === null) {
    const places = vector.extremes()
    return places.min === -1 ? { min, max } : { min: vector.get(places.min), max: vector.get(places.max) }
  }
  const consider = (value: Datum): void => {
    if (min === null || compare(value, min) < 0) min = value
    if (max === null || compare(value, max) > 0) max = value
  }
  if (vector.kind === 'dictionary') {
    const used = new Set<number>()
    for (let i = 0; i < vector.length; i++) if (isLive(i)) used.add(vector.codes[i] as number)
    for (const code of used) if (code !== -1) consider(vector.dictionary[code])
  } else if (
    vector.kind === 'int32' ||
    vector.kind === 'decimal' ||
    (vector.kind === 'float64' && type.physical === 'int64')
  ) {
    // Numbers in the order of their type: find the places, then take the datums there.
    let low = -1
    let high = -1
    const { values } = vector
    for (let i = 0; i < values.length; i++) {
      if (!isLive(i) || vector.isNull(i)) continue
      if (low === -1 || (values[i] as number) < (values[low] as number)) low = i
      if (high === -1 || (values[i] as number) > (values[high] as number)) high = i
    }
    if (low !== -1) return { min: vector.get(low), max: vector.get(high) }
  } else {
    for (let i = 0; i < vector.length; i++) if (isLive(i) && !vector.isNull(i)) consider(vector.get(i))
  }
  return { min, max }
}

/** Haas and Stokes' Duj1 over an evenly spaced sample, as PostgreSQL's ANALYZE has it. */
const distinctEstimate = (vector: AnyVector, type: SqlType, isLive: (i: number) => boolean): number => {
  const { hashKey } = type
  if (hashKey === null) return vector.length
  const counts = new Map<unknown, number>()
  const step = Math.max(1, Math.floor(vector.length / SAMPLE))
  let sampled = 0
  for (let i = 0; i < vector.length; i += step) {
    if (!isLive(i) || vector.isNull(i)) continue
    const key = hashKey(vector.get(i))
    counts.set(key, (counts.get(key) ?? 0) + 1)
    sampled++
  }
  if (sampled === 0) return 0
  const once = [...counts.values()].filter((count) => count === 1).length
  const total = sampled * step
  return Math.min(total, Math.round((sampled * counts.size) / (sampled - once + (once * sampled) / total)))
}
