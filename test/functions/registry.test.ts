/** Every record of the registry: against pg_proc and pg_operator, and against one another. */
import { describe, expect, test } from 'vitest'
import {
  allCasts,
  allFunctions,
  allOperators,
  castBetween,
  equalityOperator,
  functionByOid,
  functionsByName,
  operatorByOid,
  operatorsByName,
  orderingOperator,
  strategyOperator,
} from '../../src/functions/index.ts'
import { typeByName, typeByOid } from '../../src/types/index.ts'
import { OID } from '../../src/types/oids.ts'
import * as helpers from '../../src/functions/inline-helpers.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { readTable, referenceFormat } from '../types/fixtures.ts'
import { callOnTexts } from './call.ts'

const KINDS: Readonly<Record<string, string>> = { f: 'scalar', a: 'aggregate', w: 'window' }
const VOLATILITIES: Readonly<Record<string, string>> = { i: 'immutable', s: 'stable', v: 'volatile' }

const duplicates = (values: readonly unknown[]): unknown[] => values.filter((value, i) => values.indexOf(value) !== i)

test('OIDs are unique and everything is described', () => {
  expect(allFunctions.length).toBeGreaterThan(1200)
  expect(duplicates(allFunctions.map((record) => record.oid))).toEqual([])
  expect(duplicates(allOperators.map((record) => record.oid))).toEqual([])
  expect(allFunctions.filter((record) => record.description === '')).toEqual([])
  expect(allOperators.filter((record) => record.description === '')).toEqual([])
})

test('a scalar function has exactly one way of evaluation', () => {
  for (const record of allFunctions) {
    if (record.kind !== 'scalar') continue
    const ways = [record.evaluate, record.evaluateIn, record.specialize].filter((way) => way !== undefined)
    expect(ways.length, record.name).toBe(1)
  }
})

test('functions are what pg_proc says', () => {
  const rows = readTable(new URL('./values/pg-proc.tsv', import.meta.url))
  // TesseraDB's own functions are not PostgreSQL's.
  expect(rows.length).toBe(allFunctions.filter(({ name }) => !name.startsWith('tesseradb_')).length)
  for (const [oid, name, args = '', result, volatility = '', strict, kind = '', set, variadic, defaults] of rows) {
    const record = functionByOid(Number(oid))
    expect(record, `${oid} ${name}`).toMatchObject({
      name,
      args: args === '' ? [] : args.split(' ').map(Number),
      result: Number(result),
      volatility: VOLATILITIES[volatility],
      kind: set === 't' ? 'set' : KINDS[kind],
    })
    if (record?.kind === 'scalar' || record?.kind === 'set') expect(record.strict, name).toBe(strict === 't')
    expect(record?.variadic ?? 0, name).toBe(Number(variadic))
    expect(record?.defaults?.length ?? 0, name).toBe(Number(defaults))
  }
})

test('operators are what pg_operator says', () => {
  const rows = readTable(new URL('./values/pg-operator.tsv', import.meta.url))
  expect(rows.length).toBe(allOperators.length)
  for (const [oid, name, left, right, result, code, commutator, negator, hashes, merges, selectivity] of rows) {
    expect(operatorByOid(Number(oid)), `${oid} ${name}`).toMatchObject({
      name,
      left: Number(left),
      right: Number(right),
      result: Number(result),
      function: Number(code),
      commutator: Number(commutator),
      negator: Number(negator),
      hashes: hashes === 't',
      merges: merges === 't',
      ...(selectivity === '' ? {} : { selectivity }),
    })
  }
})

test('operators and casts name functions that exist', () => {
  expect(allOperators.filter((record) => functionByOid(record.function) === undefined)).toEqual([])
  const methods = allCasts.filter((record) => typeof record.method === 'number')
  expect(methods.filter((record) => functionByOid(record.method as number) === undefined)).toEqual([])
})

/** Pairs of texts on which operators of a type are tried. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bool: ['t', 'f'],
  int2: ['-7', '3'],
  int4: ['-7', '3', '2000000'],
  int8: ['-7', '3', '9007199254740993'],
  float4: ['0.5', 'NaN'],
  float8: ['-0.5', '3', 'Infinity', 'NaN'],
  numeric: ['3.00', '3', '1e30', 'NaN'],
  text: ['', 'a', 'b'],
  name: ['a', 'b'],
  bpchar: ['a ', 'a', 'b'],
  bytea: ['\\x00', '\\xff'],
  date: ['2024-01-01', 'infinity'],
  time: ['10:00', '11:00'],
  timetz: ['10:00+01', '09:00+00'],
  timestamp: ['2024-01-01 00:00', '2024-01-01 00:00:01', '-infinity'],
  timestamptz: ['2024-01-01 00:00+01', '2024-06-01 00:00+00'],
  interval: ['1 mon', '30 days', '-1 day'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-0000-0000-0000-000000000000'],
  jsonb: ['[]', 'null', '{"a":1}', '1.0', '1'],
  oid: ['1', '4294967295'],
  xid8: ['1', '18446744073709551615'],
  bit: ['0', '1', '10'],
  varbit: ['', '1', '10'],
  money: ['-1', '0.01'],
  pg_lsn: ['0/1', 'F/0'],
  macaddr: ['08:00:2b:01:02:03', '08:00:2b:01:02:04'],
  inet: ['1.2.3.4', '1.2.3.4/24', '10.0.0.0/8', '::1'],
  macaddr8: ['08:00:2b:01:02:03:04:05', '08:00:2b:01:02:03:04:06'],
}

const applyOperator = (oid: number, left: string, right: string, a: string, b: string): string | null => {
  const record = operatorByOid(oid)
  const name = functionByOid(record?.function ?? 0)?.name as string
  return callOnTexts(name, [
    [left, a],
    [right, b],
  ])
}

describe('declared relations hold on samples', () => {
  const comparisons = allOperators.filter((record) => record.result === OID.bool && record.left !== 0)
  const typed = comparisons.flatMap((record) => {
    const left = typeByOid(record.left)?.name ?? ''
    const right = typeByOid(record.right)?.name ?? ''
    return SAMPLES[left] === undefined || SAMPLES[right] === undefined || !/^([<>]=?|=|<>)$/.test(record.name)
      ? []
      : [{ record, left, right }]
  })

  test('enough operators are tried', () => expect(typed.length).toBeGreaterThan(180))

  test.each(typed.map(({ record, left, right }) => [`${left} ${record.name} ${right}`, record, left, right] as const))(
    '%s',
    (_title, record, left, right) => {
      for (const a of SAMPLES[left] as readonly string[]) {
        for (const b of SAMPLES[right] as readonly string[]) {
          const holds = applyOperator(record.oid, left, right, a, b)
          expect(applyOperator(record.commutator, right, left, b, a), `${b} commutes ${a}`).toBe(holds)
          expect(applyOperator(record.negator, left, right, a, b), `${a} negates ${b}`).toBe(holds === 't' ? 'f' : 't')
        }
      }
    },
  )
})

describe('inline templates compute what evaluate computes', () => {
  const inlined = allFunctions.flatMap((record) =>
    record.kind === 'scalar' && record.inline !== undefined && record.evaluate !== undefined ? [record] : [],
  )

  test('enough functions have one', () => expect(inlined.length).toBeGreaterThan(150))

  /** A result, or the message of the error in its place. */
  const outcome = (compute: () => unknown): unknown => {
    try {
      return compute()
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each(inlined.map((record) => [`${record.name}/${record.oid}`, record] as const))('%s', (_title, record) => {
    const names = record.args.map((_, i) => `a${i}`)
    const compiled = new Function('helpers', ...names, `return ${record.inline?.(...names)}`)
    const types = record.args.map((oid) => typeByOid(oid) as SqlType)
    const values = types.map((type) =>
      (SAMPLES[type.name] ?? ['']).map((text) => type.parse(text, -1, referenceFormat)),
    )
    for (const a of values[0] ?? [undefined]) {
      for (const b of values[1] ?? [undefined]) {
        const args = [a, b].slice(0, names.length)
        expect(outcome(() => compiled(helpers, ...args))).toEqual(outcome(() => record.evaluate?.(...args)))
      }
    }
  })
})

test('operator classes', () => {
  expect(equalityOperator(OID.int4)?.oid).toBe(96)
  expect(equalityOperator(OID.varchar)?.oid).toBe(98)
  expect(equalityOperator(OID.regclass)?.oid).toBe(607)
  expect(equalityOperator(typeByName('text[]') ?? 0)?.oid).toBe(1070)
  expect(equalityOperator(OID.xid)?.oid).toBe(352)
  expect(equalityOperator(OID.json)).toBeNull()
  expect(orderingOperator(OID.timestamptz, 'asc')?.oid).toBe(1322)
  expect(orderingOperator(OID.numeric, 'desc')?.oid).toBe(1756)
  expect(orderingOperator(OID.xid, 'asc')).toBeNull()
  expect(strategyOperator(OID.text, 4)?.oid).toBe(667)
})

test('lookups', () => {
  expect(
    functionsByName('substring')
      .map((record) => record.oid)
      .toSorted((a, b) => a - b),
  ).toEqual([936, 937, 1680, 1699, 2012, 2013, 2073, 2074])
  expect(functionsByName('nothing')).toEqual([])
  expect(
    operatorsByName('->>')
      .map((record) => record.oid)
      .toSorted((a, b) => a - b),
  ).toEqual([3477, 3481, 3963, 3965])
  expect(castBetween(OID.int4, OID.int8)).toEqual({
    source: OID.int4,
    target: OID.int8,
    context: 'implicit',
    method: 481,
  })
  expect(castBetween(OID.text, OID.varchar)?.method).toBe('binary')
  expect(castBetween(OID.json, OID.jsonb)?.method).toBe('io')
  expect(castBetween(OID.text, OID.int4)).toBeNull()
})
