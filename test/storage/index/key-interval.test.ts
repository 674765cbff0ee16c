/** Intervals of keys and of key prefixes, against the keys that lie in them. */
import { expect, test } from 'vitest'
import { KeyInterval } from '../../../src/storage/index/key-interval.ts'
import type { KeyRange } from '../../../src/storage/index/ordered-index.ts'

type Key = readonly number[]

/** On the common prefix, as index keys compare. */
const compare = (a: Key, b: Key): number => {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number)
  return 0
}

/** Halves stand for the keys between those that bounds name. */
const VALUES = [0, 0.5, 1, 1.5, 2, 2.5]
const KEYS: Key[] = VALUES.flatMap((a) => VALUES.map((b) => [a, b]))

const contains = ({ lower, lowerInclusive, upper, upperInclusive }: KeyRange, key: Key): boolean => {
  const low = lower === undefined ? 1 : compare(key, lower as Key)
  const high = upper === undefined ? -1 : compare(key, upper as Key)
  return (low > 0 || (low === 0 && lowerInclusive === true)) && (high < 0 || (high === 0 && upperInclusive === true))
}

const BOUNDS: (Key | undefined)[] = [undefined, [1], [2], [1, 1], [1, 2], [2, 1]]
const RANGES: KeyRange[] = BOUNDS.flatMap((lower) =>
  BOUNDS.flatMap((upper) =>
    [true, false].flatMap((lowerInclusive) =>
      [true, false].map((upperInclusive) => ({ lower, lowerInclusive, upper, upperInclusive })),
    ),
  ),
).filter((range) => KEYS.some((key) => contains(range, key)))

test('overlaps and covers agree with the keys of both', () => {
  for (const a of RANGES) {
    const keys = KEYS.filter((key) => contains(a, key))
    const first = new KeyInterval(a, compare)
    for (const b of RANGES) {
      const second = new KeyInterval(b, compare)
      const both = keys.filter((key) => contains(b, key))
      const all = KEYS.filter((key) => contains(b, key)).length
      expect({ a, b, overlaps: first.overlaps(second) }).toEqual({ a, b, overlaps: both.length > 0 })
      // An open end goes on beyond the keys of this test.
      const open = (b.lower === undefined && a.lower !== undefined) || (b.upper === undefined && a.upper !== undefined)
      if (!open) expect({ a, b, covers: first.covers(second) }).toEqual({ a, b, covers: both.length === all })
    }
  }
})
