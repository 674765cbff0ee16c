import { describe, expect, test } from 'vitest'
import { explainJson, explainText, type ActualRun, type ExplainOptions } from '../../src/plan/explain.ts'
import type { PhysicalPlan } from '../../src/plan/physical.ts'
import { FORMAT, PlanningWorld } from '../optimize/support.ts'

const world = new PlanningWorld({
  t: { columns: 'a int4 not null, b text, c numeric, d date, e bool, f _int4', rows: 1000, indexes: ['primary a'] },
  s: { columns: 'a int4 not null, B int4', rows: 20 },
})

const OPTIONS: ExplainOptions = {
  costs: false,
  verbose: false,
  timing: true,
  format: FORMAT,
  actuals: null,
  planningTime: null,
  executionTime: null,
  relationName: () => '',
  schemaName: () => 'public',
}

const explain = (sql: string, options: Partial<ExplainOptions> = {}): string[] =>
  explainText(world.plan(sql), { ...OPTIONS, ...options })

/** The filter of a scan of `t`, as PostgreSQL 15 prints it. */
describe('conditions', () => {
  test.each([
    [`a > 5 and b = 'x'`, `((a > 5) AND (b = 'x'::text))`],
    [`c = 1.5 or c = 2 or c is null`, `((c = 1.5) OR (c = '2'::numeric) OR (c IS NULL))`],
    [`d between '2001-01-01' and '2002-01-01'`, `((d >= '2001-01-01'::date) AND (d <= '2002-01-01'::date))`],
    [`b like 'it''s%'`, `(b ~~ 'it''s%'::text)`],
    [`c in (1, 2.5) and b is not null`, `((b IS NOT NULL) AND (c = ANY ('{1,2.5}'::numeric[])))`],
    [`coalesce(b, 'none') <> 'none'`, `(COALESCE(b, 'none'::text) <> 'none'::text)`],
    [`case when e then a else -1 end = 3`, `(CASE WHEN e THEN a ELSE '-1'::integer END = 3)`],
    [`a::int8 + 1 > 7`, `(((a)::bigint + 1) > 7)`],
    [`e is not true`, `(e IS NOT TRUE)`],
    [`b is distinct from 'y'`, `(b IS DISTINCT FROM 'y'::text)`],
    [`f[1] = 3`, `(f[1] = 3)`],
    [`upper(b) = 'Y' and not e`, `((upper(b) = 'Y'::text) AND (NOT e))`],
    [`a % 2 = $1`, `((a % 2) = $1)`],
  ])('%s', (condition, expected) => {
    const lines = explain(`select b from t where ${condition}`)
    const filter = lines.find((line) => line.includes('Filter: '))?.replace(/^ *Filter: /, '')
    const parts = (text: string | undefined) => text?.slice(1, -1).split(' AND ').toSorted()
    expect(parts(filter)).toEqual(parts(expected))
  })
})

test('joins, groups and sorts as a tree', () => {
  const lines = explain(
    'select s."B", count(*), sum(t.c) from t left join s on t.a = s.a group by s."B" order by 2 desc, 1 nulls first',
  )
  expect(lines).toEqual([
    'Sort',
    '  Sort Key: (count(*)) DESC, s."B" NULLS FIRST',
    '  ->  HashAggregate',
    '        Group Key: s."B"',
    '        ->  Hash Left Join',
    '              Hash Cond: (t.a = s.a)',
    '              ->  Seq Scan on t',
    '              ->  Hash',
    '                    ->  Seq Scan on s',
  ])
})

test('costs', () => {
  const [line] = explain('select a from t', { costs: true })
  expect(line).toMatch(/^Seq Scan on t {2}\(cost=0\.00\.\.\d+\.\d\d rows=1000 width=4\)$/)
})

test('VERBOSE shows outputs and schemas', () => {
  expect(explain('select a + 1 as x from t q where b = $1', { verbose: true })).toEqual([
    'Seq Scan on public.t q',
    '  Output: (q.a + 1)',
    '  Filter: (q.b = $1)',
  ])
})

describe('measurements', () => {
  const measured = (run: ActualRun | null) => (plan: PhysicalPlan) => (plan.kind === 'seq-scan' ? run : null)

  test('are per loop', () => {
    const run = { startup: 2, total: 10, rows: 40, loops: 4 }
    expect(explain('select a from t', { actuals: measured(run), planningTime: 0.1234, executionTime: 5 })).toEqual([
      'Seq Scan on t (actual time=0.500..2.500 rows=10 loops=4)',
      'Planning Time: 0.123 ms',
      'Execution Time: 5.000 ms',
    ])
  })

  test('without times', () => {
    const run = { startup: 2, total: 10, rows: 40, loops: 1 }
    expect(explain('select a from t', { actuals: measured(run), timing: false })).toEqual([
      'Seq Scan on t (actual rows=40 loops=1)',
    ])
  })

  test('of what never ran', () => {
    expect(explain('select a from t', { actuals: measured(null) })).toEqual(['Seq Scan on t (never executed)'])
  })
})

test('JSON has the same with its keys', () => {
  const [{ Plan: plan }] = JSON.parse(explainJson(world.plan('select t.a from t join s on t.a = s.a'), OPTIONS))
  expect(plan).toMatchObject({ 'Node Type': 'Hash Join', 'Join Type': 'Inner', 'Hash Cond': '(t.a = s.a)' })
  expect(plan.Plans.map((p: Record<string, unknown>) => [p['Node Type'], p['Parent Relationship']])).toEqual([
    ['Seq Scan', 'Outer'],
    ['Hash', 'Inner'],
  ])
})
