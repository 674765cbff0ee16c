/** Results of functions against PostgreSQL's. */
import { describe, expect, test } from 'vitest'
import { cellValue, readTable } from '../types/fixtures.ts'
import { callOnTexts } from './call.ts'

const argument = (cell: string): [string, string | null] => {
  const colon = cell.indexOf(':')
  return [cell.slice(0, colon), cellValue(cell.slice(colon + 1))]
}

describe.each(['numbers', 'conversions', 'hashes', 'datetime', 'strings-arrays-json'])('%s', (table) => {
  const rows = readTable(new URL(`./values/${table}.tsv`, import.meta.url))
  const byName = Object.entries(Object.groupBy(rows, ([name]) => name as string))

  test.each(byName)('%s', (name, cases = []) => {
    for (const [, args = '', expected = ''] of cases) {
      const call = args === '' ? [] : args.split(' | ').map(argument)
      expect(callOnTexts(name, call), `${name}(${args})`).toBe(cellValue(expected))
    }
  })
})
