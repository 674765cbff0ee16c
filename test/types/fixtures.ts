/** Tables of values gained from PostgreSQL: tab-separated lines, `\N` for NULL, `\t`, `\n` and `\\` escaped. */
import { readFileSync } from 'node:fs'
import type { FormatContext } from '../../src/types/sql-type.ts'

/** The settings under which the tables were made. */
export const referenceFormat: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'postgres',
  timeZone: 'Europe/Berlin',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: { format: () => null, resolve: () => 0 },
}

const UNESCAPED: Readonly<Record<string, string>> = { '\\t': '\t', '\\n': '\n', '\\\\': '\\' }

/** A cell's text, null for `\N`. */
export const cellValue = (cell: string): string | null =>
  cell === '\\N' ? null : cell.replace(/\\[tn\\]/g, (escape) => UNESCAPED[escape] as string)

/** Lines of a table beside a test, split at tabs; lines that begin with `#` are comments. */
export const readTable = (url: URL): string[][] =>
  readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'))
