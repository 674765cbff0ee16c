/** Per-group state in growing typed arrays, and reading argument vectors in the forms that loops want. */
import type { Batch } from '../../vector/batch.ts'
import type { AnyVector, Nulls } from '../../vector/vector.ts'

const INITIAL_GROUPS = 64

/** A Float64Array with room for `groups` groups: the same one, or a larger copy. */
export const growFloats = (state: Float64Array, groups: number): Float64Array => {
  if (groups <= state.length) return state
  const grown = new Float64Array(Math.max(groups, state.length * 2, INITIAL_GROUPS))
  grown.set(state)
  return grown
}

export const growFlags = (state: Uint8Array, groups: number): Uint8Array => {
  if (groups <= state.length) return state
  const grown = new Uint8Array(Math.max(groups, state.length * 2, INITIAL_GROUPS))
  grown.set(state)
  return grown
}

/** The answer of the last call: the aggregates of a query ask in turn about the same groups. */
let lastGroups: Int32Array | null = null
let lastCount = 0
let lastAnswer = 0

/** How many groups the first `count` entries speak of: the greatest number and one. Entries never change. */
export const groupCount = (groups: Int32Array, count: number): number => {
  if (groups === lastGroups && count === lastCount) return lastAnswer
  let greatest = -1
  for (let k = 0; k < count; k++) {
    const group = groups[k] as number
    if (group > greatest) greatest = group
  }
  lastGroups = groups
  lastCount = count
  lastAnswer = greatest + 1
  return lastAnswer
}

/** A vector's numbers as doubles by physical position, and where they are NULL; `scale` when they are scaled decimals. */
export interface NumberColumn {
  readonly values: Float64Array
  readonly nulls: Nulls
  readonly scale: number
}

let scratch = new Float64Array(4096)

/**
 * The numbers of a vector that holds plain ones, null for every other form. Int32 values are copied to shared scratch
 * space, so a column is good until the next call; loops then see one kind of array only.
 */
export const numberColumn = (vector: AnyVector): NumberColumn | null => {
  switch (vector.kind) {
    case 'float64':
      return { values: vector.values, nulls: vector.nulls, scale: 0 }
    case 'decimal':
      return vector
    case 'int32':
      if (scratch.length < vector.length) scratch = new Float64Array(vector.length)
      scratch.set(vector.values)
      return { values: scratch, nulls: vector.nulls, scale: 0 }
    default:
      return null
  }
}

/** Calls `visit` for every live, unmasked row whose value is not NULL: the general, slower way to read a vector. */
export const forEachDatum = (
  batch: Batch,
  groups: Int32Array,
  vector: AnyVector,
  mask: Uint8Array | null,
  visit: (group: number, value: unknown) => void,
): void => {
  for (let k = 0; k < batch.count; k++) {
    if (mask !== null && mask[k] === 0) continue
    const value = vector.get(batch.position(k))
    if (value !== null) visit(groups[k] as number, value)
  }
}
