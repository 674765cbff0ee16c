/** Aggregates of several arguments and of ordered sets, against PostgreSQL's results. */
import { expect, test } from 'vitest'
import type { AggregateFunction } from '../../src/functions/records.ts'
import { typeByName, typeByOid } from '../../src/types/index.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { referenceFormat } from '../types/fixtures.ts'
import { overload, referenceContext, resultType } from './call.ts'

/** Runs an aggregate over rows of texts; answers the result's text. */
const aggregateTexts = (
  name: string,
  typeNames: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string | null => {
  const args = typeNames.map((type) => typeByName(type) as SqlType)
  const record = overload(name, args) as AggregateFunction
  const result = resultType(record, record.directArgs === 1 ? args.slice(1) : args)
  const accumulator = record.create({ args, result, typeOf: (oid) => typeByOid(oid) as SqlType })
  for (const row of rows) {
    const values = row.map((text, i) => (text === null ? null : (args[i] as SqlType).parse(text, -1, referenceFormat)))
    if (!(record.skipNulls && values.includes(null))) accumulator.add(referenceContext, ...values)
  }
  const value = accumulator.result(referenceContext)
  return value === null ? null : result.format(value, referenceFormat)
}

const PAIRS = [
  ['1', '2'],
  ['2', '3.5'],
  ['4', '7'],
  [null, '1'],
  ['3.3', '5'],
]

test.each([
  ['corr', '0.9843865999364838'],
  ['regr_slope', '0.6164383561643836'],
  ['regr_intercept', '-0.12191780821917808'],
  ['regr_r2', '0.9690169781345108'],
  ['regr_count', '4'],
  ['regr_avgx', '4.375'],
  ['regr_avgy', '2.575'],
  ['regr_sxx', '13.6875'],
  ['regr_syy', '5.367499999999999'],
  ['regr_sxy', '8.4375'],
  ['covar_pop', '2.109375'],
  ['covar_samp', '2.8125'],
])('%s', (name, expected) => {
  expect(aggregateTexts(name, ['float8', 'float8'], PAIRS)).toBe(expected)
  expect(aggregateTexts(name, ['float8', 'float8'], [])).toBe(name === 'regr_count' ? '0' : null)
})

/** Values in the order of WITHIN GROUP. */
const ORDERED = ['1', '2', '4', '10', null]

test.each([
  ['percentile_cont', 'float8', '0.5', '3'],
  ['percentile_cont', 'float8', '0.1', '1.3'],
  ['percentile_disc', 'float8', '0.5', '2'],
  ['percentile_disc', 'float8', '0', '1'],
  ['percentile_cont', 'float8[]', '{0.25,NULL,1}', '{1.75,NULL,10}'],
])('%s of %s %s', (name, type, fraction, expected) => {
  const rows = ORDERED.map((value) => [fraction, value])
  expect(aggregateTexts(name, [type, 'float8'], rows)).toBe(expected)
})

test('a percentile outside 0 … 1 is an error', () => {
  expect(() => aggregateTexts('percentile_cont', ['float8', 'float8'], [['1.5', '1']])).toThrow(
    'percentile value 1.5 is not between 0 and 1',
  )
})

test('intervals are interpolated', () => {
  const rows = [
    ['0.5', '1 day'],
    ['0.5', '3 days 04:00'],
  ]
  expect(aggregateTexts('percentile_cont', ['float8', 'interval'], rows)).toBe('2 days 02:00:00')
})

test('mode answers the first of the most frequent values', () => {
  expect(aggregateTexts('mode', ['int4'], [['1'], ['2'], ['2'], ['3'], ['3']])).toBe('2')
})

test.each([
  [
    'string_agg',
    ['text', 'text'],
    [
      ['a', ','],
      ['b', '-'],
      [null, 'x'],
      ['c', null],
    ],
    'a-bc',
  ],
  [
    'json_object_agg',
    ['text', 'int4'],
    [
      ['a', '1'],
      ['b', null],
    ],
    '{ "a" : 1, "b" : null }',
  ],
  [
    'jsonb_object_agg',
    ['text', 'int4'],
    [
      ['a', '1'],
      ['b', null],
      ['a', '3'],
    ],
    '{"a": 3, "b": null}',
  ],
])('%s', (name, types, rows, expected) => {
  expect(aggregateTexts(name, types, rows)).toBe(expected)
})
