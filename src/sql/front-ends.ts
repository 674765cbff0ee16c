/** The front ends that a session can choose (`tesseradb.parser`). All answer PostgreSQL's parse trees. */
import { parseStatements as readWithNodeSqlParser } from './node-sql-parser/parse.ts'
import { type ParsedStatement, parseStatements as readWithGrammar } from './parse.ts'

const FRONT_ENDS: Readonly<Record<string, (sql: string) => ParsedStatement[]>> = {
  'libpg-query': readWithGrammar,
  'node-sql-parser': readWithNodeSqlParser,
}

/** Every statement of a query string. Throws 42601, and 0A000 for what the front end does not understand. */
export const parseAs = (frontEnd: string, sql: string): ParsedStatement[] =>
  (FRONT_ENDS[frontEnd] ?? readWithGrammar)(sql)
