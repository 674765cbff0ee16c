/** The B+tree against a sorted array. */
import { expect, test } from 'vitest'
import { BTree, type BTreeCursor } from '../../../src/storage/index/btree.ts'
import { randomFrom } from '../support/fixture.ts'

type Entry = readonly [key: number, rowid: number]
const byOrder = (a: Entry, b: Entry): number => a[0] - b[0] || a[1] - b[1]
const numbers = (): BTree<number> => new BTree<number>((a, b) => a - b)

const walk = (cursor: BTreeCursor<number>, step: 'next' | 'previous'): Entry[] => {
  const entries: Entry[] = []
  while (cursor[step]()) entries.push([cursor.key, cursor.rowid])
  return entries
}

test('random adds, removes and ranges agree with a sorted array', () => {
  const random = randomFrom(1)
  const tree = numbers()
  const model = new Map<string, Entry>()
  for (let step = 0; step < 30_000; step++) {
    const entry: Entry = [random(500), random(20)]
    const name = entry.join()
    if (random(10_000) < (step < 15_000 ? 7000 : 3500)) {
      expect(tree.add(...entry)).toBe(!model.has(name))
      model.set(name, entry)
    } else expect(tree.remove(...entry)).toBe(model.delete(name))
    if (step % 3000 !== 0) continue
    const sorted = [...model.values()].sort(byOrder)
    const from = random(500)
    expect(tree.size).toBe(sorted.length)
    expect(
      walk(
        tree.seek((key) => key < from),
        'next',
      ),
    ).toEqual(sorted.filter(([key]) => key >= from))
    expect(
      walk(
        tree.seek((key) => key <= from),
        'previous',
      ),
    ).toEqual(sorted.filter(([key]) => key <= from).reverse())
  }
  for (const entry of model.values()) expect(tree.remove(...entry)).toBe(true)
  expect([tree.size, tree.depth]).toEqual([0, 1])
  expect(
    walk(
      tree.seek(() => false),
      'next',
    ),
  ).toEqual([])
})

test.each([0, 1, 128, 129, 5000, 20_000])('loading %i sorted entries, then changing them', (count) => {
  const tree = numbers()
  const keys = Array.from({ length: count }, (_, i) => 2 * i)
  tree.load(keys, keys)
  expect(
    walk(
      tree.seek(() => false),
      'next',
    ).length,
  ).toBe(count)
  for (let i = 0; i < count; i += 7) expect(tree.add(2 * i + 1, 0)).toBe(true)
  for (let i = 0; i < count; i += 3) expect(tree.remove(2 * i, 2 * i)).toBe(true)
  const expected = keys.flatMap((key, i): Entry[] => [
    ...(i % 3 === 0 ? [] : [[key, key] as const]),
    ...(i % 7 === 0 ? [[key + 1, 0] as const] : []),
  ])
  expect(
    walk(
      tree.seek(() => false),
      'next',
    ),
  ).toEqual(expected)
  expect(
    walk(
      tree.seek(() => true),
      'previous',
    ),
  ).toEqual(expected.reverse())
})

test('ascending inserts fill the leaves', () => {
  const tree = numbers()
  for (let i = 0; i < 128 * 128; i++) tree.add(i, i)
  expect(tree.depth).toBe(2)
})

test('a cursor keeps its place while the tree changes under it', () => {
  const tree = numbers()
  for (let i = 0; i < 1000; i++) tree.add(i, 0)
  const cursor = tree.seek((key) => key < 100)
  const seen: number[] = []
  while (cursor.next()) {
    seen.push(cursor.key)
    tree.remove(cursor.key, 0)
    tree.add(-cursor.key, 1)
    if (cursor.key % 10 === 0) tree.remove(cursor.key + 1, 0)
  }
  expect(seen).toEqual(Array.from({ length: 900 }, (_, i) => i + 100).filter((key) => key === 100 || key % 10 !== 1))
})
