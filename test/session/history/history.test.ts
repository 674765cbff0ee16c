/** Random histories at each isolation level, and broken ones that the checker must refuse. */
import { describe, expect, test } from 'vitest'
import { checkHistory } from './checker.ts'
import { startEngine } from './client.ts'
import type { History, HistoryTransaction, Isolation, Operation } from './history.ts'
import { Workload } from './workload.ts'

const transaction = (
  id: number,
  operations: Operation[],
  options: Partial<Pick<HistoryTransaction, 'status' | 'begun' | 'ended' | 'undone'>> = {},
): HistoryTransaction => ({ id, operations, undone: [], status: 'committed', begun: 0, ended: 1000, ...options })

const append = (list: number, value: number): Operation => ({ kind: 'append', list, value })
const read = (list: number, items: number[] | null): Operation => ({ kind: 'read', list, items })
const add = (set: number, value: number): Operation => ({ kind: 'add', set, value })
const members = (set: number, values: number[]): Operation => ({ kind: 'members', set, values })

const history = (
  transactions: HistoryTransaction[],
  lists: Record<number, number[]>,
  sets: Record<number, number[]> = {},
): History => ({
  transactions,
  initial: new Set([1, 2]),
  lists: new Map(Object.entries(lists).map(([k, v]) => [Number(k), v])),
  sets: new Map(Object.entries(sets).map(([k, v]) => [Number(k), v])),
})

const names = (h: History, isolation: Isolation): string[] => checkHistory(h, isolation).map(({ name }) => name)

describe('the checker refuses', () => {
  test('G0: writes of two transactions in different orders', () => {
    const h = history([transaction(1, [append(1, 1), append(2, 2)]), transaction(2, [append(1, 3), append(2, 4)])], {
      1: [1, 3],
      2: [4, 2],
    })
    expect(names(h, 'read committed')).toEqual(['G0'])
  })

  test('G1a: a read of what was rolled back, to the beginning or to a savepoint', () => {
    const aborted = transaction(1, [append(1, 1)], { status: 'aborted' })
    expect(names(history([aborted, transaction(2, [read(1, [1])])], { 1: [] }), 'read committed')).toEqual(['G1a'])
    const undone = transaction(1, [], { undone: [append(1, 1)] })
    expect(names(history([undone, transaction(2, [read(1, [1])])], { 1: [] }), 'read committed')).toEqual(['G1a'])
  })

  test('G1b: a read of a state that its writer went on to change', () => {
    const h = history([transaction(1, [append(1, 1), append(1, 2)]), transaction(2, [read(1, [1])])], { 1: [1, 2] })
    expect(names(h, 'read committed')).toContain('G1b')
  })

  test('G1c: two transactions that read each other’s writes', () => {
    const h = history([transaction(1, [append(1, 1), read(2, [2])]), transaction(2, [append(2, 2), read(1, [1])])], {
      1: [1],
      2: [2],
    })
    expect(names(h, 'read committed')).toEqual(['G1c'])
  })

  test('lost updates, of items and as G-single', () => {
    expect(names(history([transaction(1, [append(1, 1)])], { 1: [] }), 'read committed')).toEqual(['lost write'])
    const h = history([transaction(1, [read(1, []), append(1, 1)]), transaction(2, [read(1, []), append(1, 2)])], {
      1: [1, 2],
    })
    expect(names(h, 'read committed')).toEqual([])
    expect(names(h, 'repeatable read')).toEqual(['G-single'])
  })

  test('read skew (G-single) above READ COMMITTED', () => {
    const h = history([transaction(1, [read(1, []), read(2, [2])]), transaction(2, [append(1, 1), append(2, 2)])], {
      1: [1],
      2: [2],
    })
    expect(names(h, 'read committed')).toEqual([])
    expect(names(h, 'repeatable read')).toEqual(['G-single'])
  })

  test('write skew (G2) at SERIALIZABLE only, by keys, by lists not yet there and by predicates', () => {
    const skew = (one: Operation[], two: Operation[], lists: Record<number, number[]>, sets = {}) => {
      const h = history([transaction(1, one), transaction(2, two)], lists, sets)
      expect(names(h, 'repeatable read')).toEqual([])
      expect(names(h, 'serializable')).toEqual(['G2'])
    }
    skew([read(1, []), append(2, 1)], [read(2, []), append(1, 2)], { 1: [2], 2: [1] })
    skew([read(8, null), append(9, 1)], [read(9, null), append(8, 2)], { 8: [2], 9: [1] })
    skew([members(1, []), add(2, 1)], [members(2, []), add(1, 2)], { 1: [], 2: [] }, { 1: [2], 2: [1] })
  })

  test('a deletion that others did not see in time', () => {
    const gone: Operation = { kind: 'delete', list: 1, items: [] }
    const h = history([transaction(1, [gone, append(2, 1)]), transaction(2, [read(1, []), read(2, [1])])], { 2: [1] })
    expect(names(h, 'repeatable read')).toEqual(['G-single'])
  })

  test('an old state read by who began later', () => {
    const h = history(
      [transaction(1, [append(1, 1)], { begun: 1, ended: 2 }), transaction(2, [read(1, [])], { begun: 3, ended: 4 })],
      { 1: [1] },
    )
    expect(names(h, 'repeatable read')).toEqual([])
    expect(names(h, 'serializable')).toEqual(['time'])
  })
})

describe('random histories hold at', () => {
  test.each([
    { isolation: 'serializable', sessions: 12, seed: 11 },
    { isolation: 'serializable', sessions: 4, seed: 12 },
    { isolation: 'repeatable read', sessions: 12, seed: 13 },
    { isolation: 'read committed', sessions: 12, seed: 14 },
  ] as const)(
    '$isolation with $sessions sessions',
    async ({ isolation, sessions, seed }) => {
      const engine = await startEngine()
      const workload = new Workload(engine, { isolation, sessions, perRound: 300, seed })
      await workload.setUp()
      for (let round = 0; round < 3; round++) expect(checkHistory(await workload.round(), isolation)).toEqual([])
      expect(workload.committed).toBeGreaterThan(300)
      await workload.close()
      await engine.shutdown('fast')
    },
    30_000,
  )
})
