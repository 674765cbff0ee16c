/** Types within types. */
import { isDomainType } from '../../types/domain-type.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { DefinitionContext } from './context.ts'

/** Whether values of a type are or hold values of another: a row type, a domain. */
export const containsType = (context: DefinitionContext, type: SqlType, wanted: number): boolean => {
  if (type.oid === wanted) return true
  if (isDomainType(type)) return containsType(context, type.base, wanted)
  if (type.element !== null) return containsType(context, type.element, wanted)
  if (isRangeType(type)) return containsType(context, type.subtype, wanted)
  if (isMultirangeType(type)) return containsType(context, type.range, wanted)
  const relation = type.relation === 0 ? null : context.catalog.snapshot.relation(type.relation)
  return relation?.columns.some((c) => !c.dropped && containsType(context, c.type, wanted)) ?? false
}
