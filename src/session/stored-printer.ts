/** Stored expressions and view queries, analysed again and printed as PostgreSQL's catalogs show them. */
import { analysisContext, analyzeStatement } from '../analyze/analyze.ts'
import { ParameterTypes } from '../analyze/context.ts'
import type { ColumnExpr, Expr } from '../analyze/expression.ts'
import { tableItem } from '../analyze/from.ts'
import { printExpression } from '../analyze/print-expression.ts'
import { printQuery } from '../analyze/print-query.ts'
import { assignable, columnDefault, storedExpression } from '../analyze/table-expressions.ts'
import type { Query } from '../analyze/query.ts'
import { CLAUSE } from '../analyze/scope.ts'
import { updatableColumns } from '../analyze/updatable-views.ts'
import type { StoredPrinter } from '../catalog/information/index.ts'
import type { Column, ParseTree, RelationObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import { formatType } from '../types/index.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import type { Node } from '../sql/ast.ts'
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

  const analyzed = (tree: ParseTree, relation: RelationObject, column: Column | undefined): Expr => {
    const context = analysis()
    const value = column === undefined ? null : columnDefault(context, { ...column, identity: null })
    if (value !== null) return value
    const item = tableItem(context, relation)
    if (column === undefined) return storedExpression(context, item, tree, CLAUSE.check)
    return assignable(context, storedExpression(context, item, tree, CLAUSE.generated), column, 'default')
  }

  return {
    expression: (tree, relation, attnum, pretty) => {
      const expr = analyzed(tree, relation ?? noColumns(catalog), relation?.columns[attnum - 1])
      return printExpression(expr, {
        pretty,
        format,
        type: typeName,
        column: ({ name }: ColumnExpr) => quoteIdentifier(name),
        query: (query, writer) => writer.add(printQuery(query, [], { pretty, format, type: typeName, relation: name })),
        window: () => {},
      })
    },
    updatable: (relation) => updatableColumns(analysis(), relation),
    query: (relation, pretty) => {
      const query = analyzeStatement(analysis(), relation.view?.query as unknown as Node) as Query
      const columns = relation.columns.filter((column) => !column.dropped).map((column) => column.name)
      return printQuery(query, columns, { pretty, format, type: typeName, relation: name })
    },
  }
}
