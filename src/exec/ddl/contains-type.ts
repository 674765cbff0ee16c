/** Types within types. */
import { baseTypeOf } from '../../types/domain-type.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { DefinitionContext } from './context.ts'

/** Whether values of a type hold values of a row type somewhere. */
export const containsRowType = (context: DefinitionContext, type: SqlType, rowType: number): boolean => {
  const base = baseTypeOf(type)
  if (base.oid === rowType) return true
  if (base.element !== null) return containsRowType(context, base.element, rowType)
  if (isRangeType(base)) return containsRowType(context, base.subtype, rowType)
  if (isMultirangeType(base)) return containsRowType(context, base.range, rowType)
  const relation = base.relation === 0 ? null : context.catalog.snapshot.relation(base.relation)
  return relation?.columns.some((c) => !c.dropped && containsRowType(context, c.type, rowType)) ?? false
}
