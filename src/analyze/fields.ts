/** Fields of composite values. */
import { undefinedColumn, undefinedColumnOfRelation, wrongObjectType } from '../errors/raise/analysis.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'

/** A field of a composite value. */
export const fieldOf = (context: AnalysisContext, arg: Expr, name: string, location: number | undefined): Expr => {
  if (arg.kind === 'row') {
    const i = arg.names.indexOf(name)
    if (i >= 0) return arg.fields[i] as Expr
  }
  const relation = arg.type.relation === 0 ? null : context.catalog.relation(arg.type.relation)
  if (relation === null) {
    if (arg.type.oid === OID.record) throw undefinedColumn(name, location)
    throw wrongObjectType(
      `column notation .${name} applied to type ${formatType(arg.type, -1)}, which is not a composite type`,
      location,
    )
  }
  const live = relation.columns.filter((c) => !c.dropped)
  const field = live.findIndex((c) => c.name === name)
  const column = live[field]
  if (column === undefined) throw undefinedColumnOfRelation(name, relation.name, location)
  return { kind: 'field', arg, field, type: column.type, typmod: column.typmod }
}
