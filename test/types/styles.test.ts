/** Input and output of values under settings: DateStyle, IntervalStyle, TimeZone, extra_float_digits, bytea_output. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { typeByName } from '../../src/types/index.ts'
import type { FormatContext, SqlType } from '../../src/types/sql-type.ts'
import { cellValue, readTable, referenceFormat } from './fixtures.ts'

/** `dateStyle=SQL dateOrder=DMY` over the reference settings. */
const settingsOf = (text: string): FormatContext => {
  const entries = text.split(' ').map((pair): [string, string | number] => {
    const [name, value] = pair.split('=') as [string, string]
    return [name, name === 'extraFloatDigits' ? Number(value) : value]
  })
  return { ...referenceFormat, ...Object.fromEntries(entries) }
}

const rewrite = (type: SqlType, text: string, context: FormatContext): string => {
  try {
    return type.format(type.parse(text, -1, context), context)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { hint } = error.fields
    return `ERROR ${error.code} ${error.message}${hint === undefined ? '' : ` H:${hint}`}`
  }
}

const rows = readTable(new URL('./values/styles.tsv', import.meta.url))

describe.each(Object.entries(Object.groupBy(rows, ([settings]) => settings as string)))(
  '%s',
  (settings, cases = []) => {
    const context = settingsOf(settings)
    test.each(cases)('%s: %s %s is %s', (_settings, type = '', text = '', expected = '') => {
      expect(rewrite(typeByName(type) as SqlType, cellValue(text) as string, context)).toBe(cellValue(expected))
    })
  },
)
