/** Joins over inputs of every awkward kind, with little memory, against pairs found one by one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CallExpr, Expr } from '../../../src/analyze/expression.ts'
import { ExecutionContext, type ExecutionInput } from '../../../src/exec/context.ts'
import { drain, type Operator } from '../../../src/exec/operator.ts'
import { HashJoinOperator } from '../../../src/exec/operators/hash-join.ts'
import { MergeJoinOperator } from '../../../src/exec/operators/merge-join.ts'
import { NestedLoopOperator } from '../../../src/exec/operators/nested-loop.ts'
import { SpillArea } from '../../../src/exec/spill/spill-area.ts'
import { functionByOid, operatorsByName } from '../../../src/functions/index.ts'
import type { OperatorRecord, ScalarFunction } from '../../../src/functions/records.ts'
import type { HashJoin, JoinType, MergeJoin, NestedLoop, PhysicalPlan, PlanColumn } from '../../../src/plan/physical.ts'
import { boolType } from '../../../src/types/bool.ts'
import { int4Type } from '../../../src/types/integers.ts'
import { textType } from '../../../src/types/strings.ts'
import type { SqlType } from '../../../src/types/sql-type.ts'
import { Batch } from '../../../src/vector/batch.ts'
import { vectorOf } from '../../../src/vector/vector.ts'
import { randomNumbers } from '../expression/random-vectors.ts'
import { digest } from './support.ts'

/** A key, a number and a text. */
type Row = readonly [key: number | null, number: number, text: string]

const TYPES: readonly SqlType[] = [int4Type, int4Type, textType]
const BATCH = 500

const columnsFrom = (first: number): PlanColumn[] =>
  TYPES.map((type, i) => ({ id: first + i, name: `c${first + i}`, type }))
const LEFT = columnsFrom(1)
const RIGHT = columnsFrom(11)

const sourceOf = (rows: readonly Row[]): Operator => {
  let at = 0
  return {
    open: () => {
      at = 0
    },
    next: () => {
      const part = rows.slice(at, at + BATCH)
      at += part.length
      if (part.length === 0) return null
      return new Batch(
        TYPES.map((type, i) =>
          vectorOf(
            type,
            part.map((row) => row[i]),
          ),
        ),
        part.length,
      )
    },
    close: () => {},
  }
}

const columnExpr = ({ id, name, type }: PlanColumn): Expr => ({ kind: 'column', id, name, type, typmod: -1 })
const operatorOf = (name: string): OperatorRecord =>
  operatorsByName(name).find((o) => o.left === int4Type.oid && o.right === int4Type.oid) as OperatorRecord

const comparison = (name: string, left: PlanColumn, right: PlanColumn): CallExpr => ({
  kind: 'call',
  function: functionByOid(operatorOf(name).function) as ScalarFunction,
  args: [columnExpr(left), columnExpr(right)],
  operator: operatorOf(name),
  cast: false,
  type: boolType,
  typmod: -1,
})

const keyOfJoin = {
  left: columnExpr(LEFT[0] as PlanColumn),
  right: columnExpr(RIGHT[0] as PlanColumn),
  operator: operatorOf('='),
}
const input = (outputs: readonly PlanColumn[]): PhysicalPlan => ({ outputs }) as PhysicalPlan

const directory = mkdtempSync(join(tmpdir(), 'tesseradb-joins-'))
const area = new SpillArea({ directory, log: () => {} })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const context = (memory: number): ExecutionContext =>
  new ExecutionContext({
    eval: {},
    parameters: [],
    workMem: memory,
    spill: area.session(() => ({ limit: -1, logFrom: -1 })),
  } as unknown as ExecutionInput)

const run = async (operator: Operator): Promise<string[]> => {
  const rows: string[] = []
  let empty = false
  operator.open()
  await drain(operator, (batch) => {
    empty ||= batch.count === 0
    for (let k = 0; k < batch.count; k++) rows.push(batch.row(k).join('|'))
  })
  operator.close()
  expect(empty).toBe(false)
  return rows
}

/** What the join is by definition. */
const joined = (type: JoinType, left: readonly Row[], right: readonly Row[], residual: boolean): string[] => {
  const out: string[] = []
  const none = ['', '', '']
  const byKey = Map.groupBy(
    right.filter(([key]) => key !== null),
    ([key]) => key,
  )
  const met = new Set<Row>()
  for (const l of left) {
    const matches = (l[0] === null ? [] : (byKey.get(l[0]) ?? [])).filter((r) => !residual || l[1] < r[1])
    for (const r of matches) met.add(r)
    if (type === 'semi' ? matches.length > 0 : type === 'anti' && matches.length === 0) out.push(l.join('|'))
    if (type === 'semi' || type === 'anti') continue
    for (const r of matches) out.push([...l, ...r].join('|'))
    if (matches.length === 0 && (type === 'left' || type === 'full')) out.push([...l, ...none].join('|'))
  }
  if (type === 'right' || type === 'full') {
    for (const r of right) if (!met.has(r)) out.push([...none, ...r].join('|'))
  }
  return out.toSorted()
}

const random = randomNumbers(7)
const rowsWith = (count: number, key: (i: number) => number | null): Row[] =>
  Array.from({ length: count }, (_, i) => [key(i), Math.floor(random() * 1000), `some text ${i}`])

const INPUTS: Readonly<Record<string, readonly [left: Row[], right: Row[]]>> = {
  'many keys': [rowsWith(6000, () => Math.floor(random() * 5000)), rowsWith(7000, () => Math.floor(random() * 5000))],
  'NULLs among them': [
    rowsWith(1000, (i) => (i % 5 === 0 ? null : i)),
    rowsWith(2000, (i) => (i % 3 === 0 ? null : i)),
  ],
  'NULLs only': [rowsWith(1000, () => null), rowsWith(2000, () => null)],
  'one giant key': [rowsWith(20, (i) => i % 3), rowsWith(2000, () => 1)],
  'one giant key among others': [rowsWith(3000, (i) => (i < 30 ? 1 : i)), rowsWith(9000, (i) => (i % 2 === 0 ? 1 : i))],
  'an empty left side': [[], rowsWith(2000, (i) => i)],
  'an empty right side': [rowsWith(1000, (i) => i), []],
  'keys that never meet': [rowsWith(1000, (i) => 2 * i), rowsWith(2000, (i) => 2 * i + 1)],
}

const TYPES_OF_JOIN: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']

describe.each(Object.entries(INPUTS))('%s', (_about, [left, right]) => {
  test.each(TYPES_OF_JOIN.flatMap((type) => [false, true].map((residual) => [type, residual] as const)))(
    'hash join: %s, with a condition: %s',
    async (type, residual) => {
      const expected = joined(type, left, right, residual)
      const plan = {
        kind: 'hash-join',
        type,
        left: input(LEFT),
        right: input(RIGHT),
        keys: [keyOfJoin],
        residual: residual ? comparison('<', LEFT[1] as PlanColumn, RIGHT[1] as PlanColumn) : null,
        nullAware: false,
        outputs: type === 'semi' || type === 'anti' ? LEFT : [...LEFT, ...RIGHT],
      } as unknown as HashJoin
      for (const memory of [30_000, 100_000_000]) {
        const operator = new HashJoinOperator(plan, sourceOf(left), sourceOf(right), context(memory))
        const rows = await run(operator)
        expect(digest(rows.toSorted())).toBe(digest(expected))
        // Once more, as a parameterised loop would.
        expect((await run(operator)).length).toBe(expected.length)
      }
      expect(area.open).toBe(0)
    },
  )

  test.each(TYPES_OF_JOIN)('nested loop: %s', async (type) => {
    // A part of the left rows will do: every pair is looked at.
    const some = left.slice(0, 20)
    for (const residual of [false, true]) {
      const equal = comparison('=', LEFT[0] as PlanColumn, RIGHT[0] as PlanColumn)
      const less = comparison('<', LEFT[1] as PlanColumn, RIGHT[1] as PlanColumn)
      const plan = {
        kind: 'nested-loop',
        type,
        left: input(LEFT),
        right: input(RIGHT),
        condition: residual ? { kind: 'and', args: [equal, less], type: boolType, typmod: -1 } : equal,
        parameters: [],
        outputs: type === 'semi' || type === 'anti' ? LEFT : [...LEFT, ...RIGHT],
      } as unknown as NestedLoop
      const expected = joined(type, some, right, residual)
      const files = area.files
      for (const memory of [10_000, 100_000_000]) {
        const operator = new NestedLoopOperator(plan, sourceOf(some), sourceOf(right), context(memory))
        expect(digest((await run(operator)).toSorted())).toBe(digest(expected))
      }
      expect(area.files - files).toBe(right.length > 0 ? 1 : 0)
      expect(area.open).toBe(0)
    }
  })

  test.each(['inner', 'left'] as const)('merge join: %s', async (type) => {
    const sorted = (rows: readonly Row[]): Row[] =>
      rows.toSorted(([a], [b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY) || 0)
    for (const residual of [false, true]) {
      const plan = {
        kind: 'merge-join',
        type,
        left: input(LEFT),
        right: input(RIGHT),
        keys: [keyOfJoin],
        residual: residual ? comparison('<', LEFT[1] as PlanColumn, RIGHT[1] as PlanColumn) : null,
        outputs: [...LEFT, ...RIGHT],
      } as unknown as MergeJoin
      const operator = new MergeJoinOperator(plan, sourceOf(sorted(left)), sourceOf(sorted(right)), context(20_000))
      expect(digest((await run(operator)).toSorted())).toBe(digest(joined(type, left, right, residual)))
    }
  })
})
