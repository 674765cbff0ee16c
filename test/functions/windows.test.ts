/** Window functions over a partition of two peer groups, against PostgreSQL's results. */
import { expect, test } from 'vitest'
import { functionsByName } from '../../src/functions/index.ts'
import type { WindowPartition } from '../../src/functions/records.ts'

/** Rows ordered by a key 1 1 1 2 2, with values of their own; the frame is the default one. */
const values = ['a', 'b', 'c', 'd', null]

const partition = (...constants: unknown[]): WindowPartition => ({
  size: 5,
  argument: (arg, row) => (arg === 0 && constants[0] === undefined ? values[row] : constants[arg]),
  peersFrom: (row) => (row < 3 ? 0 : 3),
  peersTo: (row) => (row < 3 ? 3 : 5),
  peerGroup: (row) => (row < 3 ? 0 : 1),
  frame: (row) => [{ from: 0, to: row < 3 ? 3 : 5 }],
})

test.each([
  ['row_number', 0, partition(), [1, 2, 3, 4, 5]],
  ['rank', 0, partition(), [1, 1, 1, 4, 4]],
  ['dense_rank', 0, partition(), [1, 1, 1, 2, 2]],
  ['percent_rank', 0, partition(), [0, 0, 0, 0.75, 0.75]],
  ['cume_dist', 0, partition(), [0.6, 0.6, 0.6, 1, 1]],
  ['ntile', 0, partition(2), [1, 1, 1, 2, 2]],
  ['ntile', 0, partition(7), [1, 2, 3, 4, 5]],
  ['lag', 0, partition(), [null, 'a', 'b', 'c', 'd']],
  ['lag', 1, partition(undefined, 2), [null, null, 'a', 'b', 'c']],
  ['lag', 2, partition(undefined, 2, 'z'), ['z', 'z', 'a', 'b', 'c']],
  ['lead', 0, partition(), ['b', 'c', 'd', null, null]],
  ['lead', 2, partition(undefined, 1, 'z'), ['b', 'c', 'd', null, 'z']],
  ['first_value', 0, partition(), ['a', 'a', 'a', 'a', 'a']],
  ['last_value', 0, partition(), ['c', 'c', 'c', null, null]],
  ['nth_value', 0, partition(undefined, 4), [null, null, null, 'd', 'd']],
])('%s (overload %i)', (name, overload, rows, expected) => {
  const record = functionsByName(name).filter(({ kind }) => kind === 'window')[overload]
  if (record?.kind !== 'window') throw new Error(`no window function ${name}`)
  expect(values.map((_, row) => record.evaluateRow(rows, row))).toEqual(expected)
})
