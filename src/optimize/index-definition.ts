/** Key expressions and predicates of indexes, bound to a scan's columns. */
import { PG_CATALOG } from '../types/oids.ts'
import { analysisContext } from '../analyze/analyze.ts'
import { ParameterTypes } from '../analyze/context.ts'
import type { Expr } from '../analyze/expression.ts'
import { tableItem } from '../analyze/from.ts'
import { substituteColumns } from '../analyze/nodes.ts'
import { CLAUSE } from '../analyze/scope.ts'
import { storedCondition, storedExpression } from '../analyze/table-expressions.ts'
import type { RelationObject } from '../catalog/objects.ts'
import { PUBLIC_SCHEMA } from '../catalog/snapshot.ts'
import type { LogicalScan } from '../plan/logical.ts'
import { refer } from '../plan/build-nodes.ts'
import { fold } from './rules/fold-constants.ts'
import type { FormatContext } from '../types/sql-type.ts'
import type { OptimizerContext } from './facts.ts'

interface BoundDefinition {
  /** Null for plain columns. */
  readonly keys: readonly (Expr | null)[]
  readonly predicate: Expr | null
  /** Attribute number by the column ids that the expressions use. */
  readonly attnums: ReadonlyMap<number, number>
}

const definitions = new WeakMap<RelationObject, BoundDefinition>()

/** Stored expressions are immutable: no session's settings bear on them. */
const FORMAT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'postgres',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: { format: () => null, resolve: (_kind, name) => Number(name) },
}

/** Whether the index has parts that need analysis. */
export const isPlain = (index: RelationObject): boolean =>
  index.index !== null && index.index.predicate === null && index.index.keys.every((key) => key.expression === null)

const definitionOf = (index: RelationObject, table: RelationObject, context: OptimizerContext): BoundDefinition => {
  const known = definitions.get(index)
  if (known !== undefined) return known
  const analysis = analysisContext({
    catalog: context.catalog,
    searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
    format: FORMAT,
    parameters: new ParameterTypes([], false),
    databaseName: '',
  })
  const item = tableItem(analysis, table)
  const { keys, predicate } = index.index as NonNullable<RelationObject['index']>
  const bound: BoundDefinition = {
    keys: keys.map((key) =>
      key.expression === null ? null : fold(storedExpression(analysis, item, key.expression, CLAUSE.index), context),
    ),
    predicate: predicate === null ? null : fold(storedCondition(analysis, item, predicate, CLAUSE.predicate), context),
    attnums: new Map(item.columns.map((c) => [c.id, c.attnum])),
  }
  definitions.set(index, bound)
  return bound
}

/** The definition over a scan's columns; null when the scan does not read a column that it needs. */
export const indexOver = (
  index: RelationObject,
  scan: LogicalScan,
  context: OptimizerContext,
): { keys: readonly (Expr | null)[]; predicate: Expr | null } | null => {
  const { keys, predicate, attnums } = definitionOf(index, scan.item.relation, context)
  let complete = true
  const bind = (expr: Expr | null): Expr | null =>
    expr === null
      ? null
      : substituteColumns(expr, (id) => {
          const place = scan.attnums.indexOf(attnums.get(id) ?? 0)
          const column = scan.outputs[place]
          if (column === undefined) complete = false
          return column === undefined ? undefined : refer(column)
        })
  const over = { keys: keys.map(bind), predicate: bind(predicate) }
  return complete ? over : null
}
