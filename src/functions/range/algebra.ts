/** What the functions of ranges and multiranges compute with. */
import type { RangeAlgebra } from '../../types/range/range.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import type { CallTypes } from '../records.ts'

/** The algebra of the range type that a call's arguments (or its result) are of. */
export const algebraOf = ({ args, result }: CallTypes): RangeAlgebra => {
  for (const type of [...args, result]) {
    if (isRangeType(type)) return type.algebra
    if (isMultirangeType(type)) return type.range.algebra
  }
  throw new Error('a call without ranges has no range algebra')
}
