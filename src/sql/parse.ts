/** Text to parse trees: the only caller of the PostgreSQL grammar. */
import { loadModule, parseSync, hasSqlDetails } from 'libpg-query'
import { syntaxError } from '../errors/raise/syntax.ts'
import { bodyOf, type Node, type SelectStmt } from './ast.ts'

await loadModule()

export interface ParsedStatement {
  readonly node: Node
  /** The statement's own text, without the separating semicolon. */
  readonly text: string
  /** Where `text` begins in the whole string, in characters from 0. */
  readonly offset: number
}

/** Every statement of a query string. Throws 42601 with the position in characters. */
export const parseStatements = (sql: string): ParsedStatement[] => {
  const blank = /^[\s;]*$/
  if (blank.test(sql)) return []
  const statements = grammar(sql)
  // Offsets count bytes; characters differ only where the text is not ASCII.
  const bytes = isAscii(sql) ? null : Buffer.from(sql, 'utf8')
  return statements.map(({ stmt, stmt_location = 0, stmt_len }) => {
    if (stmt === undefined) throw new Error('parse tree without a statement')
    const offset = bytes === null ? stmt_location : bytes.toString('utf8', 0, stmt_location).length
    const text =
      bytes === null
        ? sql.slice(stmt_location, stmt_len === undefined ? undefined : stmt_location + stmt_len)
        : bytes.toString('utf8', stmt_location, stmt_len === undefined ? undefined : stmt_location + stmt_len)
    return { node: selectInto(stmt), text, offset }
  })
}

/** SELECT … INTO t is another spelling of CREATE TABLE t AS. */
const selectInto = (node: Node): Node => {
  const select = bodyOf(node, 'SelectStmt')
  const intoClause = select === undefined ? undefined : intoOf(select)
  if (select === undefined || intoClause === undefined) return node
  const query = withoutInto(select)
  return {
    CreateTableAsStmt: {
      query: { SelectStmt: query },
      into: intoClause,
      objtype: 'OBJECT_TABLE',
      is_select_into: true,
    },
  }
}

/** Of a set operation the first SELECT has the INTO. */
const intoOf = (select: SelectStmt): SelectStmt['intoClause'] =>
  select.larg === undefined ? select.intoClause : intoOf(select.larg)

const withoutInto = (node: SelectStmt): SelectStmt => {
  const { intoClause: _, ...select } = node
  return select.larg === undefined ? select : { ...select, larg: withoutInto(select.larg) }
}

/** Text that ends inside a literal U&'…'. */
const UNICODE_LITERAL = /u&'[^']*$/i

const grammar = (sql: string) => {
  try {
    return parseSync(sql).stmts ?? []
  } catch (error) {
    if (hasSqlDetails(error) && error.sqlDetails !== undefined) {
      const { message, cursorPosition } = error.sqlDetails
      throw cursorPosition < 0
        ? syntaxError(message)
        : syntaxError(message, cursorPosition + 1, UNICODE_LITERAL.test(sql.slice(0, cursorPosition)))
    }
    throw error
  }
}

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** Turns a byte location of a parse tree into a position as error messages count it: characters from 1. */
export const characterPosition = (sql: string, location: number | undefined): number | undefined => {
  if (location === undefined || location < 0) return undefined
  if (isAscii(sql)) return location + 1
  return Array.from(Buffer.from(sql, 'utf8').toString('utf8', 0, location)).length + 1
}
