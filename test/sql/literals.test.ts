/** Statements that differ only in integer literals: how they are told, and what becomes of their literals. */
import { describe, expect, test } from 'vitest'
import { parameterize, shapeOf } from '../../src/sql/literals.ts'
import { parseStatements } from '../../src/sql/parse.ts'

describe('shapes', () => {
  test.each([
    ['select v from t where id = 42', 'select v from t where id = ?', [42]],
    ['update t1 set v = v + -7 where id=8;', 'update t1 set v = v + -? where id=?;', [7, 8]],
    ["insert into t values (1, 'it''s 5', \"c2\", 2)", "insert into t values (?, 'it''s 5', \"c2\", ?)", [1, 2]],
    ['select 1.5, 2e3, 3, 0x1f, .5, 5.', 'select 1.5, 2e3, ?, 0x1f, .5, 5.', [3]],
    ['select 2147483647, 2147483648', 'select ?, 2147483648', [2147483647]],
    ['begin', 'begin', []],
  ])('%s', (sql, key, literals) => {
    const shape = shapeOf(sql)
    expect(shape?.key).toBe(key)
    expect(shape?.literals).toEqual(literals)
  })

  test.each([
    'select 1 -- 2',
    'select /* 1 */ 2',
    "select E'a\\'b', 1",
    "select U&'a', 1",
    'select $1',
    'select $$ 1 $$',
    "select 'ä', 1",
    "select 'open, 1",
    `select ${'1,'.repeat(600)}1`,
    `select ${'1,'.repeat(20)}1`,
  ])('none: %s', (sql) => {
    expect(shapeOf(sql)).toBeNull()
  })
})

const parameters = (sql: string) => {
  const shape = shapeOf(sql)
  const [statement] = parseStatements(sql)
  if (shape === null || statement === undefined) throw new Error('no shape')
  return parameterize(sql, statement.node, shape)
}

test('each literal becomes a parameter of its own, or stays', () => {
  expect(parameters('select 1 + 1 from t where a = -5 and b = - 6 limit 3').parameters).toEqual([1, 2, -3, -4, 0])
  expect(parameters('select a::numeric(10,2) from t where a = 0 group by 1 order by 2').parameters).toEqual([
    0, 0, 1, 0, 0,
  ])
  expect(parameters('select 3 - -2, - -4, -0').parameters).toEqual([1, -2, 0, -3])
  expect(parameters('select - - 0, -(0), - (- 0)').parameters).toEqual([0, -1, 0])
  expect(JSON.stringify(parameters('select 7').node)).toContain('{"ParamRef":{"number":1,"location":7}}')
})
