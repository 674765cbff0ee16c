/** Numbers of keys agree with the hash keys of their values, whatever the vectors' kinds. */
import { describe, expect, test } from 'vitest'
import { KeyTable } from '../../../src/exec/hash/key-table.ts'
import type { HashKey } from '../../../src/exec/hash/column-codes.ts'
import { typeByName } from '../../../src/types/index.ts'
import { Batch } from '../../../src/vector/batch.ts'
import type { AnyVector } from '../../../src/vector/vector.ts'
import { randomNumbers, vectorsOf } from '../expression/random-vectors.ts'

const LENGTH = 300
const TYPES = ['int4', 'date', 'int8', 'float8', 'numeric', 'text', 'bool']
const hashKey = (name: string): HashKey => typeByName(name)?.hashKey as HashKey

/** The key of a row as a map's key: NULL is `undefined` text, values by type and hash key. */
const keyOf = (vectors: readonly AnyVector[], hashKeys: readonly HashKey[], p: number): string =>
  JSON.stringify(
    vectors.map((vector, i) => {
      const value = vector.get(p)
      if (value === null) return null
      const key = (hashKeys[i] as HashKey)(value)
      return [typeof key, String(key)]
    }),
  )

const rowsOf = (batch: Batch): number[] => Array.from({ length: batch.count }, (_, k) => batch.position(k))

describe.each(TYPES)('%s', (name) => {
  const random = randomNumbers(name.length)
  const hashKeys = [hashKey(name), hashKey('text')]
  const batches = (): { batch: Batch; vectors: AnyVector[] }[] =>
    vectorsOf(name, LENGTH, random).flatMap((first) =>
      vectorsOf('text', LENGTH, random).map((second) => {
        const selection = Int32Array.from({ length: LENGTH }, (_, i) => i).filter(() => random() < 0.7)
        return { batch: new Batch([first, second], LENGTH, selection), vectors: [first, second] }
      }),
    )

  test.each([1, 2])('groups by %i columns', (columns) => {
    const table = new KeyTable(hashKeys.slice(0, columns), true)
    const expected = new Map<string, number>()
    for (const { batch, vectors } of batches()) {
      const keys = vectors.slice(0, columns)
      const numbers = rowsOf(batch).map((p) => {
        const key = keyOf(keys, hashKeys, p)
        if (!expected.has(key)) expected.set(key, expected.size)
        return expected.get(key)
      })
      expect([...table.add(batch, keys)]).toEqual(numbers)
    }
    expect(table.count).toBe(expected.size)
  })

  test.each([1, 2])('joins by %i columns', (columns) => {
    for (const build of batches().slice(0, 6)) {
      const table = new KeyTable(hashKeys.slice(0, columns), false)
      const expected = new Map<string, number>()
      const added = table.add(build.batch, build.vectors.slice(0, columns))
      for (const [k, p] of rowsOf(build.batch).entries()) {
        const keys = build.vectors.slice(0, columns)
        if (keys.some((key) => key.isNull(p))) expect(added[k]).toBe(-1)
        else expected.set(keyOf(keys, hashKeys, p), added[k] as number)
      }
      for (const probe of batches()) {
        const keys = probe.vectors.slice(0, columns)
        const numbers = rowsOf(probe.batch).map((p) =>
          keys.some((key) => key.isNull(p)) ? -1 : (expected.get(keyOf(keys, hashKeys, p)) ?? -1),
        )
        expect([...table.find(probe.batch, keys, hashKeys)]).toEqual(numbers)
      }
    }
  })
})
