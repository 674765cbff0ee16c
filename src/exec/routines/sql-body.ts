/** Bodies of functions in SQL: their statements, and what is wrong with them when they are defined. */
import { analysisContext, analyzeStatement, isPlannable } from '../../analyze/analyze.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { isPolymorphic } from '../../analyze/polymorphic.ts'
import type { DmlQuery, Query } from '../../analyze/query.ts'
import { visitQuery } from '../../analyze/walk.ts'
import type { FunctionObject, ParseTree } from '../../catalog/objects.ts'
import { inputsOf, outputsOf } from '../../catalog/routines.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import { LocatedError } from '../../errors/raise/analysis.ts'
import { noFinalQuery, sqlArgumentType, sqlResultType } from '../../errors/raise/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import type { CallTypes } from '../../functions/records.ts'
import { bodyOf, listItems, tagOf, type Node } from '../../sql/ast.ts'
import { parseStatements } from '../../sql/parse.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { DefinitionContext } from '../ddl/context.ts'
import { namesOfParameters, returnedColumns, shapeResult } from './sql-result.ts'

export interface BodyStatement {
  readonly node: Node
  readonly text: string
  /** Where the text begins in the body, in characters. */
  readonly offset: number
}

export const bodyStatements = ({ body, source }: Pick<FunctionObject, 'body' | 'source'>): readonly BodyStatement[] =>
  body === null ? parseStatements(source) : body.map((tree) => ({ node: tree as unknown as Node, text: '', offset: 0 }))

/** Statements of BEGIN ATOMIC … END, or the one that RETURN stands for. */
export const inlineBody = (node: Node): readonly ParseTree[] => {
  const returned = bodyOf(node, 'ReturnStmt')
  if (returned !== undefined) return [returnStatement(returned.returnval as Node)]
  const [inner] = listItems(node)
  const items = inner === undefined ? [] : listItems(inner)
  return items.map((item) => {
    const value = bodyOf(item, 'ReturnStmt')
    return value === undefined ? (item as unknown as ParseTree) : returnStatement(value.returnval as Node)
  })
}

const returnStatement = (value: Node): ParseTree => ({
  SelectStmt: { targetList: [{ ResTarget: { val: value } }], limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' },
})

const typesOf = (catalog: CatalogSnapshot, routine: FunctionObject): CallTypes => {
  const outputs = outputsOf(routine)
  const record = outputs.length > (routine.kind === 'procedure' ? 0 : 1)
  return {
    args: inputsOf(routine).map(({ type }) => catalog.typeOf(type)),
    result: catalog.typeOf(routine.result),
    ...(record ? { columns: outputs.map(({ name, type }) => ({ name, type: catalog.typeOf(type) })) } : {}),
    typeOf: (oid) => catalog.typeOf(oid),
  }
}

/** Statements that change something, or that may wait. */
const changes = (node: Node): boolean => {
  if (tagOf(node) !== 'SelectStmt') return true
  const ctes = bodyOf(node, 'SelectStmt')?.withClause?.ctes ?? []
  return ctes.some((cte) => {
    const query = bodyOf(cte, 'CommonTableExpr')?.ctequery
    return query !== undefined && tagOf(query) !== 'SelectStmt'
  })
}

/** Types that only functions in other languages can have to do with. */
const checkTypes = (catalog: CatalogSnapshot, routine: FunctionObject): void => {
  for (const { type } of inputsOf(routine)) {
    const resolved = catalog.typeOf(type)
    if (resolved.kind === 'p' && !isPolymorphic(type) && type !== OID.record)
      throw sqlArgumentType(formatType(resolved, -1))
  }
  const result = catalog.typeOf(routine.result)
  const allowed = isPolymorphic(result.oid) || result.oid === OID.void || result.oid === OID.record
  if (result.kind === 'p' && !allowed && result.element?.oid !== OID.record) throw sqlResultType(formatType(result, -1))
}

/** Whether calls may have to wait. With `validate` throws what is wrong with the body; its positions are the body's. */
export const checkBody = (context: DefinitionContext, routine: FunctionObject, validate: boolean): boolean => {
  const catalog = context.catalog.snapshot
  if (validate) checkTypes(catalog, routine)
  let statements: readonly BodyStatement[]
  try {
    statements = bodyStatements(routine)
  } catch (error) {
    if (validate) throw error
    return false
  }
  let waits = routine.kind === 'procedure' || statements.some(({ node }) => changes(node))
  const isPolymorphicRoutine = routine.arguments.some(({ type }) => isPolymorphic(type))
  const isKnown = !isPolymorphicRoutine && statements.every(({ node }) => isPlannable(node))
  const types = typesOf(catalog, routine)
  if (validate && routine.result !== OID.void && routine.kind !== 'procedure') {
    const last = statements.at(-1)
    if (last === undefined || !isPlannable(last.node)) throw noFinalQuery(formatType(types.result, -1), routine.name)
  }
  if (!isKnown) return waits
  for (const [i, { node }] of statements.entries()) {
    const analysis = analysisContext({
      catalog,
      searchPath: context.searchPath,
      format: context.format,
      parameters: new ParameterTypes(types.args, false),
      databaseName: context.databaseName,
      routine: { name: routine.name, parameters: namesOfParameters(routine) },
    })
    try {
      const query = analyzeStatement(analysis, structuredClone(node))
      const result = i === statements.length - 1 ? returnedColumns(types) : null
      if (result !== null) shapeResult(analysis, query, result)
      waits ||= callsWaiting(query)
    } catch (error) {
      if (!validate && error instanceof SqlError) return waits
      throw routine.body !== null || !(error instanceof SqlError) || error instanceof LocatedError
        ? error
        : error.with({ where: `SQL function "${routine.name}"` })
    }
  }
  return waits
}

const callsWaiting = (query: Query | DmlQuery): boolean => {
  let found = false
  visitQuery(query, (expr) => {
    if (expr.kind === 'call' && expr.function.blocking === true) found = true
    if (expr.kind === 'set-call' && expr.function.gather !== undefined) found = true
  })
  return found
}
