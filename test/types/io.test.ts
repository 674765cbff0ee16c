/** Text and binary forms of every type against PostgreSQL. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { typeByName } from '../../src/types/index.ts'
import type { SqlType } from '../../src/types/sql-type.ts'
import { cellValue, readTable, referenceFormat } from './fixtures.ts'

const errorText = (error: unknown): string => {
  if (!(error instanceof SqlError)) throw error
  const { detail, hint } = error.fields
  return `ERROR ${error.code} ${error.message}${detail === undefined ? '' : ` D:${detail}`}${hint === undefined ? '' : ` H:${hint}`}`
}

const rows = readTable(new URL('./values/io.tsv', import.meta.url))

/** Output text and binary form of an input text, or its error. */
const roundTrip = (type: SqlType, text: string): { output: string; binary: string } => {
  try {
    const value = type.parse(text, -1, referenceFormat)
    return {
      output: type.format(value, referenceFormat),
      binary: Buffer.from(type.send(value, referenceFormat)).toString('hex'),
    }
  } catch (error) {
    return { output: errorText(error), binary: '' }
  }
}

describe.each(Object.entries(Object.groupBy(rows, ([type]) => type as string)))('%s', (name, cases = []) => {
  const type = typeByName(name) as SqlType

  test.each(cases)('%s %j is written %j and sent %s', (_type, input = '', output = '', binary = '') => {
    expect(roundTrip(type, cellValue(input) as string)).toEqual({ output: cellValue(output), binary })
  })

  test('what is sent is received the same', () => {
    const good = cases.filter(([, , output = '']) => !output.startsWith('ERROR'))
    expect(good.length).toBeGreaterThan(0)
    for (const [, input = ''] of good) {
      const value = type.parse(cellValue(input) as string, -1, referenceFormat)
      const received = type.receive(type.send(value, referenceFormat), -1, referenceFormat)
      expect(type.format(received, referenceFormat)).toBe(type.format(value, referenceFormat))
    }
  })
})
