/**
 * The second front end: statements read by node-sql-parser, whose trees become PostgreSQL's parse trees. The parser is
 * loaded when a session first asks for it.
 */
import { createRequire } from 'node:module'
import { frontEndFails, frontEndRefuses } from '../../errors/raise/syntax.ts'
import type { Node } from '../ast.ts'
import { type ParsedStatement, parseStatements as parseWithGrammar } from '../parse.ts'
import { isAst, type Ast } from './ast.ts'
import { Cursor } from './cursor.ts'
import { create, drop } from './definitions.ts'
import { expression } from './expressions.ts'
import { query } from './select.ts'
import { deletion, insert, transaction, update } from './statements.ts'
import { tokensOf } from './tokens.ts'
import type { Translation } from './translation.ts'

interface Parser {
  astify(sql: string, options: { readonly database: string }): unknown
}

let parser: Parser | null = null

const loaded = (): Parser => {
  if (parser === null) {
    const require = createRequire(import.meta.url)
    const module = require('node-sql-parser/build/postgresql.js') as { readonly Parser: new () => Parser }
    parser = new module.Parser()
  }
  return parser
}

/** Statements that every session can use whatever its front end is, so that it gets back to the other one. */
const ALWAYS_READ: ReadonlySet<string> = new Set(['reset', 'set', 'show'])
/** The parser takes a time that doubles with every other parenthesis within another. */
const MAX_NESTING = 10

/** Every statement of a query string. Throws 0A000 for whatever is not surely understood. */
export const parseStatements = (sql: string): ParsedStatement[] => {
  const tokens = tokensOf(sql)
  if (tokens === null) {
    const [word = ''] = /[a-z]+/i.exec(sql) ?? []
    if (ALWAYS_READ.has(word.toLowerCase())) return parseWithGrammar(sql)
    throw frontEndRefuses('constants and comments of this kind')
  }
  const statements: ParsedStatement[] = []
  let from = 0
  for (let to = 0; to <= tokens.length; to++) {
    const token = tokens[to]
    if (token !== undefined && (token.kind !== 'symbol' || token.text !== ';')) continue
    const first = tokens[from]
    if (first !== undefined && to > from) {
      const text = sql.slice(first.at, token?.at).trimEnd()
      if (first.kind === 'word' && ALWAYS_READ.has(first.text)) {
        // Blanks stand for what comes before, so that places are those in the whole text.
        const blanks = ' '.repeat(Buffer.byteLength(sql.slice(0, first.at)))
        for (const { node } of parseWithGrammar(blanks + text)) statements.push({ node, text, offset: first.at })
      } else {
        const node = parseOne(text, new Cursor(sql, tokens, from, to), first.at)
        statements.push({ node, text, offset: first.at })
      }
    }
    from = to + 1
  }
  return statements
}

/** `offset`: where the statement's text begins in the whole string. */
const parseOne = (text: string, cursor: Cursor, offset: number): Node => {
  if (cursor.nesting > MAX_NESTING) throw cursor.refusal('parentheses within so many others')
  const translation: Translation = {
    cursor,
    expression: (ast) => expression(ast, translation),
    query: (ast) => query(ast, translation),
  }
  const node = statement(astOf(text, offset), translation)
  if (!cursor.atEnd) throw cursor.refusal('this place')
  return node
}

const astOf = (sql: string, offset: number): Ast => {
  let trees: unknown
  try {
    trees = loaded().astify(sql, { database: 'postgresql' })
  } catch (error) {
    // It throws for more than syntax; what has run out of stack is told by the session.
    if (error instanceof RangeError) throw error
    const { location } = error as Error & { readonly location?: { readonly start?: { readonly offset?: number } } }
    const at = location?.start?.offset
    throw frontEndFails(at === undefined ? undefined : offset + at + 1)
  }
  const tree = Array.isArray(trees) && trees.length === 1 ? trees[0] : trees
  if (!isAst(tree)) throw frontEndRefuses('this statement')
  return tree
}

const statement = (ast: Ast, translation: Translation): Node => {
  switch (ast['type']) {
    case 'select':
      return { SelectStmt: translation.query(ast) }
    case 'insert':
      return insert(ast, translation)
    case 'update':
      return update(ast, translation)
    case 'delete':
      return deletion(ast, translation)
    case 'create':
      return create(ast, translation)
    case 'drop':
      return drop(ast, translation)
    case 'transaction':
      return transaction(ast, translation)
    default:
      throw translation.cursor.refusal('this statement')
  }
}
