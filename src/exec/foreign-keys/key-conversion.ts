/** Values on their way between a foreign key's two sides, where their types differ. */
import type { Expr } from '../../analyze/expression.ts'
import { coerce, tryCoerce } from '../../analyze/coerce.ts'
import { assignable } from '../../analyze/table-expressions.ts'
import type { Column } from '../../catalog/objects.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { ExecutionContext } from '../context.ts'
import { interpret } from '../expression/interpret.ts'
import { analysisOf } from '../modify/column-default.ts'
import { rowBatch } from '../modify/row-writer.ts'

/** Never called with NULL. */
export type Conversion = (value: Datum) => Datum

/** Their datums are the same numbers. */
const INTEGERS: ReadonlySet<number> = new Set([OID.int2, OID.int4, OID.int8])

const valueOf = ({ name, type, typmod }: Column): Expr => ({ kind: 'column', id: 0, name, type, typmod })

const evaluated = (expr: Expr, context: ExecutionContext): Conversion => {
  const evaluate = interpret(expr, { context, layout: new Map([[0, 0]]) })
  return (value) => evaluate(rowBatch([value]), 0)
}

/**
 * The value of a referencing column as the referenced column's type compares it, NULL when no value of that type is
 * equal to it; null: as it is.
 */
export const toReferenced = (context: ExecutionContext, from: Column, to: Column): Conversion | null => {
  if (from.type.oid === to.type.oid || (INTEGERS.has(from.type.oid) && INTEGERS.has(to.type.oid))) return null
  const analysis = analysisOf(context)
  const expr = tryCoerce(analysis, valueOf(from), to.type, -1, 'implicit', undefined)
  if (expr === null) return narrowed(context, from, to)
  return expr.kind === 'relabel' || expr.kind === 'column' ? null : evaluated(expr, context)
}

/** Of a type that takes more values than the referenced one: a timestamp that refers to a date. */
const narrowed = (context: ExecutionContext, from: Column, to: Column): Conversion => {
  const analysis = analysisOf(context)
  const narrow = evaluated(coerce(analysis, valueOf(from), to.type, -1, 'assignment', undefined), context)
  const widen = evaluated(coerce(analysis, valueOf(to), from.type, -1, 'implicit', undefined), context)
  return (value) => {
    const converted = narrow(value)
    return from.type.compare?.(widen(converted), value) === 0 ? converted : null
  }
}

/** The value of a referenced column as a referencing one stores it; null: as it is. */
export const toReferencing = (context: ExecutionContext, from: Column, to: Column): Conversion | null => {
  if (from.type.oid === to.type.oid && (to.typmod === -1 || to.typmod === from.typmod)) return null
  return evaluated(assignable(analysisOf(context), valueOf(from), to, 'value'), context)
}

/** Whether an index on the referencing column has its values in the order of the referenced column's type. */
export const hasSameOrder = (a: Column, b: Column): boolean =>
  a.type.oid === b.type.oid ||
  (INTEGERS.has(a.type.oid) && INTEGERS.has(b.type.oid)) ||
  (a.type.compare !== null && a.type.compare === b.type.compare && a.type.physical === b.type.physical)
