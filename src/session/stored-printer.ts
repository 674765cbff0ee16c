/** Stored expressions and view queries, analysed again and printed as PostgreSQL's catalogs show them. */
import { analysisContext, analyzeStatement } from '../analyze/analyze.ts'
import { ParameterTypes } from '../analyze/context.ts'
import type { ColumnExpr, Expr } from '../analyze/expression.ts'
import { tableItem } from '../analyze/from.ts'
import { printExpression } from '../analyze/print-expression.ts'
import { printInnerQuery, printQuery, type QueryNames } from '../analyze/print-query.ts'
import { assignable, columnDefault, storedExpression } from '../analyze/table-expressions.ts'
import type { Query, TableItem } from '../analyze/query.ts'
import { CLAUSE } from '../analyze/scope.ts'
import { updatableColumns } from '../analyze/updatable-views.ts'
import type { StoredPrinter } from '../catalog/information/index.ts'
import type { Column, FunctionObject, ParseTree, RelationObject } from '../catalog/objects.ts'
import { inputsOf } from '../catalog/routines.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import { formatType } from '../types/index.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import { bodyOf, type Node } from '../sql/ast.ts'
import { relationName } from './object-names.ts'

export interface PrinterScope {
  readonly catalog: CatalogSnapshot
  readonly searchPath: readonly number[]
  readonly format: FormatContext
  readonly databaseName: string
}

/** A relation without columns, for expressions that may name none. */
const noColumns = (catalog: CatalogSnapshot): RelationObject => {
  for (const relation of catalog.all('relation')) return { ...relation, columns: [] }
  throw new Error('a catalog without relations')
}

/** Statements of a function's body see its parameters. */
const bodyAnalysis = (scope: PrinterScope, routine: FunctionObject) =>
  analysisContext({
    ...scope,
    parameters: new ParameterTypes(
      inputsOf(routine).map(({ type }) => scope.catalog.typeOf(type)),
      false,
    ),
    routine: { name: routine.name, parameters: inputsOf(routine).map(({ name }) => name) },
  })

/** RETURN is kept as the SELECT that it stands for, without a location of its own. */
const isReturn = (tree: ParseTree): boolean => {
  const target = bodyOf(tree as unknown as Node, 'SelectStmt')?.targetList?.[0]
  return target !== undefined && bodyOf(target, 'ResTarget')?.location === undefined
}

const printBody = (scope: PrinterScope, routine: FunctionObject, names: QueryNames): string => {
  const trees = routine.body ?? []
  const queries = trees.map(
    (tree) => analyzeStatement(bodyAnalysis(scope, routine), structuredClone(tree) as unknown as Node) as Query,
  )
  const [first] = queries
  const only = first?.kind === 'select' ? first.targets[0]?.expr : undefined
  if (queries.length === 1 && only !== undefined && isReturn(trees[0] as ParseTree)) {
    const text = printExpression(only, {
      ...names,
      column: ({ name }: ColumnExpr) => quoteIdentifier(name),
      query: (query, writer) => writer.add(printQuery(query, [], names)),
      window: () => {},
    })
    return `RETURN ${text}`
  }
  return ['BEGIN ATOMIC', ...queries.map((query) => `${printQuery(query, [], names)};`), 'END'].join('\n')
}

export const storedPrinter = (scope: PrinterScope): StoredPrinter => {
  const { catalog, searchPath, format } = scope
  const analysis = () => analysisContext({ ...scope, parameters: new ParameterTypes([], false) })
  const typeName = (type: SqlType, typmod: number): string => {
    const text = formatType(type, typmod)
    const visible = catalog.findType(type.name, searchPath)?.oid === type.oid
    return visible ? text : `${quoteIdentifier(catalog.schema(type.namespace)?.name ?? '')}.${text}`
  }
  const name = ({ oid, name: own }: RelationObject): string =>
    relationName({ catalog, searchPath }, oid) ?? quoteIdentifier(own)

  const analyzed = (
    tree: ParseTree,
    relation: RelationObject,
    column: Column | undefined,
  ): { readonly expr: Expr; readonly item: TableItem } => {
    const context = analysis()
    const item = tableItem(context, relation)
    const value = column === undefined ? null : columnDefault(context, { ...column, identity: null })
    if (value !== null) return { expr: value, item }
    if (column === undefined) return { expr: storedExpression(context, item, tree, CLAUSE.policy), item }
    const generated = storedExpression(context, item, tree, CLAUSE.generated)
    return { expr: assignable(context, generated, column, 'default'), item }
  }

  return {
    expression: (tree, relation, attnum, pretty) => {
      const { expr, item } = analyzed(tree, relation ?? noColumns(catalog), relation?.columns[attnum - 1])
      return printExpression(expr, {
        pretty,
        format,
        type: typeName,
        column: ({ name }: ColumnExpr) => quoteIdentifier(name),
        query: (query, writer) =>
          printInnerQuery(query, writer, { pretty, format, type: typeName, relation: name }, item),
        window: () => {},
      })
    },
    updatable: (relation) => updatableColumns(analysis(), relation),
    body: (routine) => printBody(scope, routine, { pretty: false, format, type: typeName, relation: name }),
    query: (relation, pretty) => {
      const query = analyzeStatement(analysis(), relation.view?.query as unknown as Node) as Query
      const columns = relation.columns.filter((column) => !column.dropped).map((column) => column.name)
      return printQuery(query, columns, { pretty, format, type: typeName, relation: name })
    },
  }
}
