import { describe, expect, test } from 'vitest'
import type { PhysicalPlan } from '../../src/plan/physical.ts'
import { inputsOfPhysical } from '../../src/plan/physical-inputs.ts'
import { PlanningWorld, type TableSketch } from './support.ts'

const nodes = (plan: PhysicalPlan): PhysicalPlan[] => [plan, ...inputsOfPhysical(plan).flatMap(nodes)]

/** Joins without any condition. */
const crossProducts = (plan: PhysicalPlan): PhysicalPlan[] =>
  nodes(plan).filter((n) => n.kind === 'nested-loop' && n.condition === null && n.parameters.length === 0)

const chainOf = (count: number): { world: PlanningWorld; names: string[] } => {
  const tables: Record<string, TableSketch> = {}
  for (let i = 1; i <= count; i++) tables[`t${i}`] = { columns: 'a int4, b int4', rows: 10 * i }
  return { world: new PlanningWorld(tables), names: Object.keys(tables) }
}

describe('chains of joins', () => {
  test.each([3, 6, 9, 12, 40, 64])('%i tables without cross products', (count) => {
    const { world, names } = chainOf(count)
    // Every other table first, so that the order as written would multiply.
    const shuffled = [...names.filter((_, i) => i % 2 === 0), ...names.filter((_, i) => i % 2 === 1)]
    const conditions = names.slice(1).map((name, i) => `${names[i]}.b = ${name}.a`)
    const plan = world.plan(`select 1 from ${shuffled.join(', ')} where ${conditions.join(' and ')}`)
    expect(crossProducts(plan)).toEqual([])
    expect(nodes(plan).filter((n) => n.kind === 'seq-scan')).toHaveLength(count)
  })

  test('unconnected tables are multiplied last', () => {
    const { world } = chainOf(4)
    const plan = world.plan('select 1 from t1, t2, t3, t4 where t1.a = t3.a and t2.a = t4.a')
    expect(crossProducts(plan)).toHaveLength(1)
  })

  test('a condition over three tables', () => {
    const { world } = chainOf(3)
    const plan = world.plan('select 1 from t1, t2, t3 where t1.a + t2.a = t3.a')
    expect(nodes(plan).filter((n) => n.kind === 'hash-join')).toHaveLength(1)
  })

  test('equalities that follow from others join too', () => {
    const { world } = chainOf(4)
    const plan = world.plan(
      'select 1 from t1, t2, t3, t4 where t1.a = t2.a and t1.a = t3.a and t1.a = t4.a and t3.b = 1',
    )
    expect(crossProducts(plan)).toEqual([])
    expect(nodes(plan).filter((n) => n.kind === 'hash-join')).toHaveLength(3)
  })
})

describe('outer joins among inner ones', () => {
  const { world } = chainOf(5)

  test('a left join keeps its side wherever it comes', () => {
    const plan = world.plan('select 1 from t5 left join t4 on t5.a = t4.a join t1 on t1.a = t5.b where t1.b = 1')
    const outer = nodes(plan).filter((n) => n.kind === 'hash-join' && n.type !== 'inner')
    expect(outer).toHaveLength(1)
  })

  test('a condition on the side that may be missing stays above its join', () => {
    const plan = world.plan(
      'select 1 from t5 left join t4 on t5.a = t4.a join t1 on t1.a = t5.b where coalesce(t4.b, 0) = t1.b',
    )
    const outer = nodes(plan).find((n) => 'type' in n && (n.type === 'left' || n.type === 'right'))
    const below =
      outer === undefined ? [] : nodes(outer).map((n) => JSON.stringify('residual' in n ? n.residual : null))
    expect(outer).toBeDefined()
    expect(below.every((text) => !text.includes('coalesce'))).toBe(true)
  })
})
