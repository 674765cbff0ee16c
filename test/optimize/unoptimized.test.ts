/** Plans of sessions that have switched the optimizer, or one of its methods, off. */
import { expect, test } from 'vitest'
import { AS_WRITTEN, ALL_METHODS } from '../../src/optimize/methods.ts'
import { PlanningWorld } from './support.ts'

const world = new PlanningWorld({
  a: { columns: 'id int4 not null, b_id int4', rows: 1000, indexes: ['primary id'] },
  b: { columns: 'id int4 not null, c_id int4', rows: 1000, indexes: ['primary id'] },
  c: { columns: 'id int4 not null, v text', rows: 1000, indexes: ['primary id'] },
})

const plain = (sql: string): string => world.explain(sql, { methods: AS_WRITTEN })

test('a key is looked for by reading the table', () => {
  expect(world.explain('select * from a where id = 1')).toContain('Index Scan')
  expect(plain('select * from a where id = 1')).toBe('Seq Scan on a\n  Filter: (id = 1)')
})

test('tables are joined in the order of FROM, connected ones first', () => {
  expect(plain('select 1 from a, c, b where a.b_id = b.id and c.id = b.c_id and c.v > $1')).toMatchInlineSnapshot(`
    "Nested Loop
      Join Filter: (c.id = b.c_id)
      ->  Nested Loop
            Join Filter: (a.b_id = b.id)
            ->  Seq Scan on a
            ->  Seq Scan on b
      ->  Seq Scan on c
            Filter: (v > $1)"
  `)
})

test('subqueries, sorted and limited rows stay as they are written', () => {
  expect(
    plain('select id from a where exists (select 1 from b where b.id = a.b_id) order by id limit 3'),
  ).toMatchInlineSnapshot(`
    "Limit
      ->  Sort
            Sort Key: a.id
            ->  Seq Scan on a
                  Filter: (SubPlan 1)
                  SubPlan 1
                    ->  Seq Scan on b
                          Filter: (id = a.b_id)"
  `)
})

test('methods that are switched off are used where there is no other', () => {
  const join = 'select 1 from a join b on a.b_id = b.id'
  expect(world.explain(join, { methods: { ...ALL_METHODS, hashJoin: false } })).not.toContain('Hash')
  expect(world.explain(join, { methods: { ...ALL_METHODS, nestedLoop: false } })).toContain('Hash')
  const cross = 'select 1 from a, b'
  expect(world.explain(cross, { methods: { ...ALL_METHODS, nestedLoop: false } })).toContain('Nested Loop')
  const key = 'select * from a where id = 1'
  expect(world.explain(key, { methods: { ...ALL_METHODS, indexScan: false } })).toContain('Seq Scan')
  const some = 'select * from a where id > 0'
  expect(world.explain(some)).toContain('Seq Scan')
  expect(world.explain(some, { methods: { ...ALL_METHODS, sequentialScan: false } })).toContain('Index Scan')
})
