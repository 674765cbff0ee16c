/** What the last statement of a function in SQL must deliver, and how it is brought to that. */
import type { AnalysisContext } from '../../analyze/context.ts'
import { tryCoerce } from '../../analyze/coerce.ts'
import type { Expr } from '../../analyze/expression.ts'
import { columnRef } from '../../analyze/nodes.ts'
import type { DmlQuery, OutputColumn, Query } from '../../analyze/query.ts'
import { wrap } from '../../analyze/set-operations.ts'
import type { FunctionObject } from '../../catalog/objects.ts'
import { inputsOf } from '../../catalog/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { returnTypeMismatch } from '../../errors/raise/routines.ts'
import type { CallTypes } from '../../functions/records.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import { isRowType } from '../../types/record.ts'
import type { SqlType } from '../../types/sql-type.ts'

/** What a function declares to return. */
export interface ReturnedColumns {
  readonly declared: SqlType
  /** Columns of a composite result; null for a single value. */
  readonly columns: readonly { readonly name: string; readonly type: SqlType; readonly typmod: number }[] | null
}

/** Columns of a composite result, null for a single value and for records of any shape. */
export const columnsOf = ({ result, columns }: CallTypes): ReturnedColumns['columns'] => {
  if (columns !== undefined && result.oid === OID.record)
    return columns.map((column) => ({ ...column, typmod: column.typmod ?? -1 }))
  return isRowType(result) ? result.fields() : null
}

/** Null where the last statement may deliver anything: void, and records whose columns the call names. */
export const returnedColumns = (types: CallTypes): ReturnedColumns | null => {
  const columns = columnsOf(types)
  if (types.result.oid === OID.void || (types.result.oid === OID.record && columns === null)) return null
  return { declared: types.result, columns }
}

/** Names by which a body may call its parameters, in their order; empty for those without. */
export const namesOfParameters = (routine: FunctionObject): readonly string[] =>
  inputsOf(routine).map(({ name }) => name)

/** The query with its columns brought to the declared types. Throws 42P13 where that cannot be. */
export const shapeResult = (
  context: AnalysisContext,
  query: Query | DmlQuery,
  { declared, columns }: ReturnedColumns,
): Query | DmlQuery => {
  const name = formatType(declared, -1)
  if ('returning' in query && query.returning === null) {
    throw returnTypeMismatch(name, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
  }
  const { outputs } = query
  const [first] = outputs
  if (columns === null) {
    if (outputs.length !== 1) throw returnTypeMismatch(name, 'Final statement must return exactly one column.')
    return coerced(context, query, [{ type: declared, typmod: -1 }], () =>
      returnTypeMismatch(name, `Actual return type is ${formatType((first as OutputColumn).type, -1)}.`),
    )
  }
  if (outputs.length === 1 && first !== undefined) {
    const whole = declared.oid === OID.record ? null : asWhole(context, query, declared)
    if (whole !== null) return whole
    if (first.type.oid === OID.record && columns.length !== 1) return query
  }
  const mismatch = (i: number): Error =>
    returnTypeMismatch(
      name,
      `Final statement returns ${formatType((outputs[i] as OutputColumn).type, -1)} instead of ${formatType((columns[i] as (typeof columns)[number]).type, -1)} at column ${i + 1}.`,
    )
  if (outputs.length !== columns.length) {
    for (const [i, { type, typmod }] of columns.slice(0, outputs.length).entries()) {
      const output = columnRef(outputs[i] as OutputColumn)
      if (tryCoerce(context, output, type, typmod, 'assignment', undefined) === null) throw mismatch(i)
    }
    throw returnTypeMismatch(
      name,
      `Final statement returns too ${outputs.length > columns.length ? 'many' : 'few'} columns.`,
    )
  }
  return coerced(context, query, columns, mismatch)
}

/** One column that is, or can be, the composite result itself; null where it must be a column of it. */
const asWhole = (context: AnalysisContext, query: Query | DmlQuery, declared: SqlType): Query | DmlQuery | null => {
  const unfit = new Error()
  try {
    return coerced(context, query, [{ type: declared, typmod: -1 }], () => unfit)
  } catch (error) {
    if (error === unfit || error instanceof SqlError) return null
    throw error
  }
}

const coerced = (
  context: AnalysisContext,
  query: Query | DmlQuery,
  columns: readonly { readonly type: SqlType; readonly typmod: number }[],
  mismatch: (i: number) => Error,
): Query | DmlQuery => {
  const isSame = query.outputs.every(({ type, typmod }, i) => {
    const wanted = columns[i]
    return type.oid === wanted?.type.oid && (wanted.typmod < 0 || wanted.typmod === typmod)
  })
  if (isSame) return query
  const fit = (expr: Expr, i: number): Expr => {
    const { type, typmod } = columns[i] as (typeof columns)[number]
    const fitted = tryCoerce(context, expr, type, typmod, 'assignment', undefined)
    if (fitted === null) throw mismatch(i)
    return fitted
  }
  if (query.kind === 'select' && query.distinct === 'none' && query.orderBy.length === 0) {
    let at = 0
    const targets = query.targets.map((target) => {
      if (target.hidden) return target
      const expr = fit(target.expr, at++)
      return { ...target, expr, column: { ...target.column, type: expr.type, typmod: expr.typmod } }
    })
    return { ...query, targets, outputs: targets.filter((t) => !t.hidden).map((t) => t.column) }
  }
  if (!('returning' in query) || query.returning === null) return wrap(context, query as Query, fit)
  const targets = query.returning.targets.map((target, i) => {
    const expr = fit(target.expr, i)
    return { ...target, expr, column: { ...target.column, type: expr.type, typmod: expr.typmod } }
  })
  return { ...query, returning: { targets }, outputs: targets.map(({ column }) => column) }
}
