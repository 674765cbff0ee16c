/** The facts of every built-in type against pg_type. */
import { expect, test } from 'vitest'
import { builtinTypes, formatType, typeByName, typeByOid } from '../../src/types/index.ts'
import { readTable } from './fixtures.ts'

const rows = readTable(new URL('./values/pg-type.tsv', import.meta.url))

test('every built-in type is in the table', () => {
  expect(builtinTypes.map((type) => type.oid).toSorted((a, b) => a - b)).toEqual(rows.map(([oid]) => Number(oid)))
})

test.each(rows)(
  '%s %s',
  (oid, name, sqlName, kind, category, preferred, length, byValue, align, storage, array, element, collation) => {
    const type = typeByOid(Number(oid))
    expect(type).toMatchObject({
      name,
      sqlName,
      kind,
      category,
      preferred: preferred === 't',
      length: Number(length),
      byValue: byValue === 't',
      align,
      storage,
      arrayOid: Number(array),
      collation: Number(collation),
    })
    expect(type?.element?.oid ?? 0).toBe(Number(element))
  },
)

test.each([
  ['integer', 'int4'],
  ['double precision', 'float8'],
  ['character varying', 'varchar'],
  ['timestamp with time zone', 'timestamptz'],
  ['integer[]', '_int4'],
  ['"char"', 'char'],
])('%s is %s', (spelling, name) => {
  expect(typeByName(spelling)?.name).toBe(name)
})

test.each([
  ['numeric', ['10', '2'], 'numeric(10,2)'],
  ['numeric', ['5', '-2'], 'numeric(5,-2)'],
  ['varchar', ['7'], 'character varying(7)'],
  ['bpchar', ['3'], 'character(3)'],
  ['timestamptz', ['3'], 'timestamp(3) with time zone'],
  ['time', ['0'], 'time(0) without time zone'],
  ['_varchar', ['7'], 'character varying(7)[]'],
  ['interval', ['32767', '3'], 'interval(3)'],
  ['interval', ['6'], 'interval year to month'],
])('%s with modifiers %j is %s', (name, modifiers, expected) => {
  const type = typeByName(name)
  expect(type && formatType(type, type.parseTypmod(modifiers))).toBe(expected)
})
