/** Window frames: for each row of a partition the ranges of rows that its frame covers. */
import type { FrameBound, WindowSpec } from '../analyze/query.ts'
import type { Datum } from '../types/sql-type.ts'

/** Rows from <= row < to. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface FrameInput {
  readonly spec: WindowSpec
  readonly size: number
  /** First rows of the peer groups; one group of all rows without ORDER BY. */
  readonly peers: Int32Array
  readonly start: Datum
  readonly end: Datum
  /** Value of the first order key. */
  keyAt(row: number): Datum
  /** Whether a key lies at or below (`less`), or at or above, another one with the bound's offset added or taken away (`sub`). */
  inRange(bound: FrameBound, value: Datum, base: Datum, offset: Datum, sub: boolean, less: boolean): boolean
}

export interface FrameFinder {
  peers(row: number): Range
  peerGroup(row: number): number
  frame(row: number): readonly Range[]
}

export const frameFinder = (input: FrameInput): FrameFinder => {
  const { spec, size, peers } = input
  const groupOf = new Int32Array(size)
  const group = (g: number): Range => ({ from: peers[g] as number, to: peers[g + 1] ?? size })
  for (let g = 0; g < peers.length; g++) groupOf.fill(g, group(g).from, group(g).to)
  const peersOf = (row: number): Range => group(groupOf[row] as number)
  const bound = boundFinder(input, groupOf, group)
  return {
    peers: peersOf,
    peerGroup: (row) => groupOf[row] as number,
    frame: (row) => {
      const from = clamp(bound(row, spec.start, input.start, true), size)
      const to = clamp(bound(row, spec.end, input.end, false), size)
      return exclude(from < to ? { from, to } : { from, to: from }, row, spec.exclude, peersOf)
    },
  }
}

const clamp = (value: number, size: number): number => Math.max(0, Math.min(size, value))

/** The first row of a frame (`start`) or the row after its last. */
const boundFinder = (input: FrameInput, groupOf: Int32Array, peerGroup: (group: number) => Range) => {
  const { spec, size, peers } = input
  const peersOf = (row: number): Range => peerGroup(groupOf[row] as number)
  return (row: number, bound: FrameBound, offset: Datum, start: boolean): number => {
    if (bound.kind === 'unbounded-preceding') return 0
    if (bound.kind === 'unbounded-following') return size
    if (bound.kind === 'current') {
      if (spec.mode === 'rows') return start ? row : row + 1
      return start ? peersOf(row).from : peersOf(row).to
    }
    const forward = bound.kind === 'following'
    if (spec.mode === 'range') return rangeBound(input, row, bound, offset, start, peersOf)
    const distance = Number(offset) * (forward ? 1 : -1)
    if (spec.mode === 'rows') return row + distance + (start ? 0 : 1)
    const group = (groupOf[row] as number) + distance
    if (group < 0) return 0
    if (group >= peers.length) return size
    return start ? peerGroup(group).from : peerGroup(group).to
  }
}

/** RANGE with an offset: rows whose key lies within key ± offset; NULL keys frame with each other. */
const rangeBound = (
  input: FrameInput,
  row: number,
  bound: FrameBound,
  offset: Datum,
  start: boolean,
  peersOf: (row: number) => Range,
): number => {
  const { spec, size, keyAt } = input
  const key = spec.orderBy[0] as WindowSpec['orderBy'][number]
  const value = keyAt(row)
  if (value === null) return start ? peersOf(row).from : peersOf(row).to
  // Descending order turns the direction round.
  const sub = (bound.kind === 'preceding') !== key.descending
  const less = start === key.descending
  /** Whether a row lies before the frame's start, or not behind its end. */
  const passes = (other: number): boolean => {
    const k = keyAt(other)
    if (k === null) return key.nullsFirst
    return input.inRange(bound, k, value, offset, sub, less) !== start
  }
  // Binary search: the first row at or beyond (start) or beyond (end) the limit.
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(middle)) low = middle + 1
    else high = middle
  }
  return low
}

const exclude = (
  range: Range,
  row: number,
  mode: WindowSpec['exclude'],
  peersOf: (row: number) => Range,
): readonly Range[] => {
  if (mode === 'none') return [range]
  const own = mode === 'current' ? { from: row, to: row + 1 } : peersOf(row)
  const parts = [
    { from: range.from, to: Math.min(range.to, own.from) },
    ...(mode === 'ties' ? [{ from: Math.max(range.from, row), to: Math.min(range.to, row + 1) }] : []),
    { from: Math.max(range.from, own.to), to: range.to },
  ]
  return parts.filter((part) => part.from < part.to)
}
