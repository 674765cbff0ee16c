/** A column's default computed outside an INSERT's plan (SET DEFAULT, ADD COLUMN). */
import { analysisContext } from '../../analyze/analyze.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { columnDefault } from '../../analyze/table-expressions.ts'
import type { Column } from '../../catalog/objects.ts'
import { PG_CATALOG, PUBLIC_SCHEMA } from '../../catalog/snapshot.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import { evaluateScalar } from '../expression/compile.ts'

export const columnDefaultValue = (context: ExecutionContext, column: Column): Datum => {
  const analysis = analysisContext({
    catalog: context.catalog,
    searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
    format: context.eval.format,
    parameters: new ParameterTypes([], false),
    databaseName: '',
  })
  const expr = columnDefault(analysis, column)
  return expr === null ? null : evaluateScalar(expr, { context, layout: new Map() })
}
