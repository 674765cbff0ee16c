/** Select lists and RETURNING lists: `*` expansion, names, and where a column comes from. */
import { syntaxErrorAt, wrongObjectType } from '../errors/raise/analysis.ts'
import { bodyOf, namesOf, type ColumnRef, type Node } from '../sql/ast.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { settleUnknown } from './coerce.ts'
import { columnNameOf } from './column-names.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { fieldsOfValue } from './fields.ts'
import { locationOf } from './location.ts'
import type { FromItem, OutputColumn, Target } from './query.ts'
import type { BoundColumn, Scope } from './scope.ts'

export interface TargetSource {
  readonly target: Target
  readonly location: number | undefined
}

/** Analyses a target list; `star` is what an unqualified `*` stands for. */
export const analyzeTargets = (
  context: AnalysisContext,
  scope: Scope,
  nodes: readonly Node[],
  star: () => readonly BoundColumn[],
  origins: Origins,
  keepUnknown: boolean,
): TargetSource[] =>
  nodes.flatMap((node) => {
    const item = bodyOf(node, 'ResTarget')
    const value = item?.val as Node
    const location = locationOf(value)
    const expanded = expandStar(context, scope, value, star)
    const named = expanded ?? [{ name: item?.name ?? columnNameOf(value), expr: context.expr(scope, value) }]
    return named.map(({ name, expr }) => {
      const settled = keepUnknown ? expr : settleUnknown(context, expr, location)
      return {
        target: { column: outputColumn(context, name, settled, origins), expr: settled, hidden: false },
        location,
      }
    })
  })

/** Which table column an id is, for row descriptions. */
export type Origins = ReadonlyMap<number, OutputColumn>

export const originsOf = (from: readonly FromItem[]): Origins => {
  const origins = new Map<number, OutputColumn>()
  const add = (item: FromItem): void => {
    if (item.kind === 'join') {
      add(item.left)
      add(item.right)
    } else for (const column of item.columns) if (column.tableOid !== 0) origins.set(column.id, column)
  }
  from.forEach(add)
  return origins
}

const outputColumn = (context: AnalysisContext, name: string, expr: Expr, origins: Origins): OutputColumn => {
  const origin = expr.kind === 'column' ? origins.get(expr.id) : undefined
  const shape = expr.type.oid === OID.record ? fieldsOfValue(expr) : null
  return {
    id: context.freshColumn(),
    name,
    type: expr.type,
    typmod: expr.typmod,
    tableOid: origin?.tableOid ?? 0,
    attnum: origin?.attnum ?? 0,
    ...(shape === null ? {} : { record: shape.map((field) => ({ name: field.name, type: field.expr.type })) }),
  }
}

const expandStar = (
  context: AnalysisContext,
  scope: Scope,
  value: Node,
  star: () => readonly BoundColumn[],
): readonly BoundColumn[] | null => {
  const indirection = bodyOf(value, 'A_Indirection')
  if (indirection?.indirection?.some((step) => 'A_Star' in step)) {
    return expandRow(context.expr(scope, indirection.arg as Node), locationOf(value))
  }
  const ref = bodyOf(value, 'ColumnRef') as ColumnRef | undefined
  const fields = ref?.fields ?? []
  if (!fields.some((f) => 'A_Star' in f)) return null
  const names = namesOf(fields.slice(0, -1))
  if (names.length === 0) {
    const columns = star()
    if (scope.items.length === 0) throw syntaxErrorAt('SELECT * with no tables specified is not valid', ref?.location)
    return columns
  }
  const table = names.at(-1) as string
  const item = scope.table(names.length > 1 ? (names.at(-2) as string) : null, table, ref?.location)
  if (item !== null) return item.columns
  const isParameter = names.length === 1 || names.at(-2) === context.routine?.name
  const row = isParameter ? context.namedParameter(table, ref?.location) : null
  if (row === null) throw scope.missing(table, ref?.location)
  return expandRow(row, ref?.location)
}

/** Expressions of a list in which `t.*` stands for all columns: ROW(…), VALUES. */
export const expandedList = (context: AnalysisContext, scope: Scope, nodes: readonly Node[]): Expr[] =>
  nodes.flatMap((node) => expandedItem(context, scope, node) ?? [context.expr(scope, node)])

/** What `t.*` in a list stands for, null for every other item. */
export const expandedItem = (context: AnalysisContext, scope: Scope, node: Node): Expr[] | null =>
  expandStar(context, scope, node, () => {
    throw syntaxErrorAt('row expansion via "*" is not supported here', locationOf(node))
  })?.map(({ expr }) => expr) ?? null

const expandRow = (row: Expr, location: number | undefined): readonly BoundColumn[] => {
  const fields = fieldsOfValue(row)
  if (fields !== null) return fields
  if (row.type.oid === OID.record) throw wrongObjectType('record type has not been registered', location)
  throw wrongObjectType(`type ${formatType(row.type, -1)} is not composite`, location)
}
