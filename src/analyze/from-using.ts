/** USING and NATURAL: the columns that a join merges. */
import { ambiguousColumn, undefinedUsingColumn } from '../errors/raise/analysis.ts'
import { coerceToCommon, commonType } from './coerce.ts'
import { settleIn } from './collations.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { columnRef } from './nodes.ts'
import { operatorOn } from './operators.ts'
import type { JoinItem, OutputColumn } from './query.ts'
import type { BoundColumn } from './scope.ts'
import type { FromResult } from './from-names.ts'

export const naturalColumns = (left: FromResult, right: FromResult): string[] => {
  const rightNames = new Set(right.star.map((c) => c.name))
  return left.star.filter((c) => rightNames.has(c.name)).map((c) => c.name)
}

export const mergeColumns = (
  context: AnalysisContext,
  using: readonly string[],
  left: FromResult,
  right: FromResult,
  type: JoinItem['type'],
  location: number | undefined,
) => {
  const conditions: Expr[] = []
  const columns: BoundColumn[] = []
  const computed: { column: OutputColumn; expr: Expr }[] = []
  for (const name of using) {
    const l = usingColumn(left, name, 'left', location)
    const r = usingColumn(right, name, 'right', location)
    conditions.push(settleIn(context, operatorOn(context, '=', l, r, location)))
    const common = commonType(context, [l, r], 'JOIN/USING', () => location)
    const lc = coerceToCommon(context, l, common, 'JOIN/USING', location)
    const rc = coerceToCommon(context, r, common, 'JOIN/USING', location)
    if (type !== 'full') {
      columns.push({ name, expr: type === 'right' ? rc : lc })
      continue
    }
    const expr = settleIn(context, { kind: 'coalesce', args: [lc, rc], type: common, typmod: -1 })
    const { type: merged } = expr
    const column: OutputColumn = { id: context.freshColumn(), name, type: merged, typmod: -1, tableOid: 0, attnum: 0 }
    computed.push({ column, expr })
    columns.push({ name, expr: columnRef(column) })
  }
  return { conditions, columns, computed }
}

const usingColumn = (side: FromResult, name: string, which: 'left' | 'right', location: number | undefined): Expr => {
  const matches = side.star.filter((c) => c.name === name)
  if (matches.length === 0) {
    throw undefinedUsingColumn(name, which, location)
  }
  if (matches.length > 1) {
    throw ambiguousColumn(name, location)
  }
  return (matches[0] as BoundColumn).expr
}
