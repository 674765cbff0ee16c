/** A column's default computed outside an INSERT's plan (SET DEFAULT, ADD COLUMN). */
import { PG_CATALOG } from '../../types/oids.ts'
import { analysisContext } from '../../analyze/analyze.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { columnDefault } from '../../analyze/table-expressions.ts'
import { visitDeep } from '../../analyze/walk.ts'
import type { Column } from '../../catalog/objects.ts'
import { PUBLIC_SCHEMA } from '../../catalog/snapshot.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import { evaluateScalar } from '../expression/compile.ts'

/** What analysing a stored expression of a table needs. */
export const analysisOf = (context: ExecutionContext) =>
  analysisContext({
    catalog: context.catalog,
    searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
    format: context.eval.format,
    parameters: new ParameterTypes([], false),
    databaseName: '',
  })

export const columnDefaultValue = (context: ExecutionContext, column: Column): Datum => {
  const expr = columnDefault(analysisOf(context), column)
  return expr === null ? null : evaluateScalar(expr, { context, layout: new Map() })
}

/** Whether the default is the same for every row: nothing volatile in it. */
export const isConstantDefault = (context: ExecutionContext, column: Column): boolean => {
  const analysis = analysisOf(context)
  const expr = columnDefault(analysis, column)
  let volatile = false
  if (expr !== null) {
    visitDeep(expr, (e) => {
      if (e.kind === 'call' && e.function.volatility === 'volatile') volatile = true
    })
  }
  return !volatile
}
