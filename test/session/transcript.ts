/** Runs the statements of a file on any PostgreSQL-compatible server and writes down all that it answers. */
import type { Client, DatabaseError } from 'pg'
import { parseStatements } from '../../src/sql/parse.ts'

/** Statements apart by semicolons; those the grammar refuses stand between lines that say so. */
const statementsOf = (file: string): string[] =>
  file.split(/^-- ?;\n/m).flatMap((part) => {
    try {
      return parseStatements(part).map((statement) => statement.text.trim())
    } catch {
      return [part.trim()]
    }
  })

/** Oids of a database's own types differ from server to server. */
const FIRST_NORMAL_OID = 16_384
const typeName = (oid: number): string => (oid < FIRST_NORMAL_OID ? String(oid) : 'user')

const QUERY_CANCELED = '57014'

export const transcript = async (client: Client, file: string): Promise<string> => {
  const lines: string[] = []
  client.on('notice', (notice) => lines.push(`${notice.severity}: ${notice.message}`))
  for (const sql of statementsOf(file)) {
    lines.push(`> ${sql.replaceAll('\n', '\n> ')}`)
    try {
      const result = await client.query({
        text: sql,
        rowMode: 'array',
        types: { getTypeParser: () => (value: unknown) => value },
      })
      if (result.fields.length > 0)
        lines.push(result.fields.map((f) => `${f.name}:${typeName(f.dataTypeID)}`).join(' | '))
      for (const row of result.rows as (string | null)[][]) lines.push(row.map((v) => v ?? '~').join(' | '))
      lines.push(`= ${result.command} ${result.rowCount ?? ''}`.trim())
    } catch (error) {
      const { code, message, detail, hint, position, constraint, column, ...rest } = error as DatabaseError
      // The line at which a client gives COPY up is not told.
      const where = code === QUERY_CANCELED ? undefined : rest.where
      lines.push(`! ${code} ${message}`)
      for (const [name, value] of Object.entries({ detail, hint, position, where, constraint, column })) {
        if (value !== undefined) lines.push(`!   ${name}: ${value}`)
      }
    }
  }
  return `${lines.join('\n')}\n`
}
