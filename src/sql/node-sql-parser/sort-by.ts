/** ORDER BY, wherever it stands. */
import type { Node } from '../ast.ts'
import { isAbsent, list, only, textOf } from './ast.ts'
import { separated, type Translation } from './translation.ts'

export const sortBy = (ast: unknown, translation: Translation): Node[] => {
  const { cursor } = translation
  cursor.words('order by')
  return separated(list(ast, cursor), cursor, (key) => {
    const { expr, type, nulls } = only(key, ['expr', 'type', 'nulls'], cursor)
    const node = translation.expression(expr)
    const direction = isAbsent(type) ? 'DEFAULT' : textOf(type).toUpperCase()
    if (direction !== 'DEFAULT' && direction !== 'ASC' && direction !== 'DESC') throw cursor.refusal('this order')
    if (direction !== 'DEFAULT') cursor.words(direction.toLowerCase())
    const words = isAbsent(nulls) ? 'NULLS DEFAULT' : textOf(nulls).toUpperCase()
    const placed = words === 'NULLS FIRST' ? 'FIRST' : words === 'NULLS LAST' ? 'LAST' : 'DEFAULT'
    if (words !== `NULLS ${placed}`) throw cursor.refusal('this order')
    if (placed !== 'DEFAULT') cursor.words(`nulls ${placed.toLowerCase()}`)
    return {
      SortBy: { node, sortby_dir: `SORTBY_${direction}`, sortby_nulls: `SORTBY_NULLS_${placed}`, location: -1 },
    }
  })
}
