/** JSON read into rows; the expected texts are PostgreSQL's for the same row type. */
import { expect, test } from 'vitest'
import { functionsByName } from '../../src/functions/index.ts'
import { typeByName } from '../../src/types/index.ts'
import { rowType } from '../../src/types/record.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { referenceFormat } from '../types/fixtures.ts'
import { referenceContext } from './call.ts'

const builtin = (name: string): SqlType => typeByName(name) as SqlType

const point = rowType({
  oid: 90001,
  arrayOid: 90002,
  name: 'point3',
  namespace: 2200,
  relation: 90000,
  fields: () => [
    { name: 'x', type: builtin('int4'), typmod: -1 },
    { name: 'label', type: builtin('text'), typmod: -1 },
    { name: 'tags', type: builtin('text[]'), typmod: -1 },
    { name: 'extra', type: builtin('jsonb'), typmod: -1 },
  ],
})

test.each([
  ['{"x": 1, "label": "a b", "tags": ["p", "q"], "extra": {"k": null}}', '(1,"a b","{p,q}","{""k"": null}")'],
  ['{"x": "7", "label": {"deep": [1]}, "unknown": true}', '(7,"{""deep"": [1]}",,)'],
  ['{"label": null, "extra": null}', '(,,,)'],
])('%s as a row', (json, expected) => {
  const [record] = functionsByName('jsonb_populate_record')
  if (record?.kind !== 'scalar') throw new Error('no such function')
  const types = { args: [point, builtin('jsonb')], result: point, typeOf: () => point }
  const run = record.specialize?.(types)
  const value = run?.(referenceContext, null, builtin('jsonb').parse(json, -1, referenceFormat))
  expect(point.format(value, referenceFormat)).toBe(expected)
})

test('an array of objects as rows', () => {
  const [record] = functionsByName('json_to_recordset')
  if (record?.kind !== 'set') throw new Error('no such function')
  const types = { args: [builtin('json')], result: point, typeOf: () => point }
  const rows = [...record.rows(referenceContext, types, '[{"x": 1}, {"label": "z"}]')]
  expect(rows.map((row) => point.format(row, referenceFormat))).toEqual(['(1,,,)', '(,z,,)'])
})
