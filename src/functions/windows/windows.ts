/** Window functions: ranks, neighbours, and rows of the frame. */
import { invalidNthValueArgument, invalidNtileArgument } from '../../errors/raise/data.ts'
import type { Datum } from '../../types/sql-type.ts'
import { windowFunction } from '../define.ts'
import type { WindowFunction, WindowPartition } from '../records.ts'

const rank = (partition: WindowPartition, row: number): number => partition.peersFrom(row) + 1

/** Groups of nearly equal size; the first ones take what is left over. */
const ntile = (partition: WindowPartition, row: number): number | null => {
  const buckets: number | null = partition.argument(0, row)
  if (buckets === null) return null
  if (buckets <= 0) throw invalidNtileArgument()
  const size = Math.floor(partition.size / buckets)
  const larger = partition.size % buckets
  const inLarger = larger * (size + 1)
  return row < inLarger ? Math.floor(row / (size + 1)) + 1 : larger + Math.floor((row - inLarger) / size) + 1
}

/** The value some rows away; `direction` -1 looks back. Without such a row the third argument counts. */
const neighbour =
  (direction: 1 | -1, arguments_: number) =>
  (partition: WindowPartition, row: number): Datum => {
    const offset: number | null = arguments_ > 1 ? partition.argument(1, row) : 1
    if (offset === null) return null
    const target = row + direction * offset
    if (target >= 0 && target < partition.size) return partition.argument(0, target)
    return arguments_ > 2 ? partition.argument(2, row) : null
  }

/** The n-th row of the frame (from 0), -1 when it is shorter. */
const frameRow = (partition: WindowPartition, row: number, n: number): number => {
  let left = n
  for (const { from, to } of partition.frame(row)) {
    if (left < to - from) return from + left
    left -= Math.max(to - from, 0)
  }
  return -1
}

const lastFrameRow = (partition: WindowPartition, row: number): number =>
  partition.frame(row).reduce((last, { from, to }) => (to > from ? to - 1 : last), -1)

const valueAt = (partition: WindowPartition, row: number): Datum => (row < 0 ? null : partition.argument(0, row))

const nthValue = (partition: WindowPartition, row: number): Datum => {
  const n: number | null = partition.argument(1, row)
  if (n === null) return null
  if (n <= 0) throw invalidNthValueArgument()
  return valueAt(partition, frameRow(partition, row, n - 1))
}

export const windowFunctions: readonly WindowFunction[] = [
  windowFunction(3100, 'row_number() int8', 'number of the row in its partition', (_partition, row) => row + 1),
  windowFunction(3101, 'rank() int8', 'rank with gaps', rank),
  windowFunction(3102, 'dense_rank() int8', 'rank without gaps', (partition, row) => partition.peerGroup(row) + 1),
  windowFunction(3103, 'percent_rank() float8', 'relative rank', (partition, row) =>
    partition.size <= 1 ? 0 : (rank(partition, row) - 1) / (partition.size - 1),
  ),
  windowFunction(
    3104,
    'cume_dist() float8',
    'part of the rows that are not after this one',
    (partition, row) => partition.peersTo(row) / partition.size,
  ),
  windowFunction(3105, 'ntile(int4) int4', 'number of the group of nearly equal size', ntile),
  windowFunction(3106, 'lag(anyelement) anyelement', 'value of the row before', neighbour(-1, 1)),
  windowFunction(3107, 'lag(anyelement, int4) anyelement', 'value some rows before', neighbour(-1, 2)),
  windowFunction(
    3108,
    'lag(anycompatible, int4, anycompatible) anycompatible',
    'value some rows before, or a default',
    neighbour(-1, 3),
  ),
  windowFunction(3109, 'lead(anyelement) anyelement', 'value of the row after', neighbour(1, 1)),
  windowFunction(3110, 'lead(anyelement, int4) anyelement', 'value some rows after', neighbour(1, 2)),
  windowFunction(
    3111,
    'lead(anycompatible, int4, anycompatible) anycompatible',
    'value some rows after, or a default',
    neighbour(1, 3),
  ),
  windowFunction(3112, 'first_value(anyelement) anyelement', 'value of the first row of the frame', (partition, row) =>
    valueAt(partition, frameRow(partition, row, 0)),
  ),
  windowFunction(3113, 'last_value(anyelement) anyelement', 'value of the last row of the frame', (partition, row) =>
    valueAt(partition, lastFrameRow(partition, row)),
  ),
  windowFunction(3114, 'nth_value(anyelement, int4) anyelement', 'value of the n-th row of the frame', nthValue),
]
