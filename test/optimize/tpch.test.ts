/** The TPC-H queries at scale factor 1: no subquery runs per row, no join multiplies. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PhysicalPlan } from '../../src/plan/physical.ts'
import { inputsOfPhysical } from '../../src/plan/physical-inputs.ts'
import { tpchWorld } from './tpch.ts'

const QUERIES = join(import.meta.dirname, '../../bench/tpch/queries')
const world = tpchWorld()

const nodes = (plan: PhysicalPlan): PhysicalPlan[] => [plan, ...inputsOfPhysical(plan).flatMap(nodes)]

/** Query 15 with its view as a CTE. */
const textOf = (number: number): string => {
  const text = readFileSync(join(QUERIES, `q${number}.sql`), 'utf8')
  const view = /create view (revenue0 \(.*?\)) as([^;]*);([^;]*);/s.exec(text)
  return view === null ? text : `with ${view[1]} as not materialized (${view[2]}) ${view[3]}`
}

test.each(Array.from({ length: 22 }, (_, i) => i + 1))('query %i', (number) => {
  const all = nodes(world.plan(textOf(number)))
  expect(all.filter((n) => n.kind === 'apply')).toEqual([])
  const multiplying = all.filter(
    (n) =>
      n.kind === 'nested-loop' && n.parameters.length === 0 && n.left.estimate.rows > 30 && n.right.estimate.rows > 30,
  )
  expect(multiplying).toEqual([])
})

test('query 19 joins by the part key, which every arm of its OR names', () => {
  const joins = nodes(world.plan(textOf(19))).filter((n) => 'left' in n)
  expect(joins).toHaveLength(1)
  expect(joins[0]?.kind === 'hash-join' || (joins[0]?.kind === 'nested-loop' && joins[0].parameters.length > 0)).toBe(
    true,
  )
})
