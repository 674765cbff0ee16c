/** Ways to read one table through its indexes: which conditions an index answers, and what that costs. */
import type { Expr, SortKey } from '../analyze/expression.ts'
import { conjuncts, sameExpr } from '../analyze/nodes.ts'
import type { IndexKey, RelationObject } from '../catalog/objects.ts'
import { functionByOid, operatorByOid } from '../functions/index.ts'
import type { LogicalScan } from '../plan/logical.ts'
import type { IndexBound } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Estimator } from './cardinality/estimator.ts'
import { selectivityOfAll } from './cardinality/selectivity.ts'
import { COST } from './cost.ts'
import { bareColumn, columnsOf, isVolatile, mentionsAny, rejectsNulls } from './expressions.ts'
import type { OptimizerContext } from './facts.ts'
import { indexOver, isPlain } from './index-definition.ts'
import { penalty } from './methods.ts'
import { outputIds } from './plans.ts'
import { prefixRange } from './prefix-range.ts'

export interface IndexPath {
  readonly index: RelationObject
  readonly equalities: readonly Expr[]
  readonly lower: IndexBound | null
  readonly upper: IndexBound | null
  readonly reverse: boolean
  /** The conditions that equalities and bounds stand for; `shown`: the same with the key on the left. */
  readonly answered: readonly Expr[]
  readonly shown: readonly Expr[]
  readonly rest: readonly Expr[]
  /** Entries read. */
  readonly fetched: number
  readonly cost: number
}

/** A condition as `key operator value`. */
interface KeyCondition {
  readonly condition: Expr
  readonly shown: Expr
  readonly strategy: number
  readonly value: Expr
}

/** Every index of the scan's table that answers some of the conditions, or that gives the order asked for. */
export const indexPaths = (
  scan: LogicalScan,
  conditions: readonly Expr[],
  order: readonly SortKey[] | null,
  estimator: Estimator,
  context: OptimizerContext,
): IndexPath[] => {
  const { relation } = scan.item
  // Samples are taken of whole tables.
  if (relation.system !== null || scan.item.sample !== null || !context.methods.optimizer) return []
  const paths: IndexPath[] = []
  for (const index of context.catalog.validIndexesOf(relation.oid)) {
    const path = indexPath(index, scan, conditions, order, estimator, context)
    if (path !== null) paths.push(path)
  }
  return paths
}

const indexPath = (
  index: RelationObject,
  scan: LogicalScan,
  conditions: readonly Expr[],
  order: readonly SortKey[] | null,
  estimator: Estimator,
  context: OptimizerContext,
): IndexPath | null => {
  const definition = index.index
  if (definition === null || definition.method !== 'btree') return null
  const bound = isPlain(index) ? null : indexOver(index, scan, context)
  if (bound === null && !isPlain(index)) return null
  const predicate = bound?.predicate ?? null
  if (predicate !== null && !conjuncts(predicate).every((part) => isImplied(part, conditions))) return null
  const keyExpr = (i: number): Expr | null => bound?.keys[i] ?? columnOf(scan, definition.keys[i])
  const own = outputIds(scan)
  const used: KeyCondition[] = []
  const equalities: Expr[] = []
  let unanswered = false
  for (const [i, key] of definition.keys.entries()) {
    const expr = keyExpr(i)
    const found =
      expr === null ? undefined : keyConditions(conditions, expr, key.type, own).find((c) => c.strategy === 3)
    if (found === undefined) {
      unanswered = true
      break
    }
    used.push(found)
    equalities.push(found.value)
  }
  const next = definition.keys[equalities.length]
  const nextExpr = next === undefined ? null : keyExpr(equalities.length)
  const compared = next === undefined || nextExpr === null ? [] : keyConditions(conditions, nextExpr, next.type, own)
  const ranged =
    nextExpr === null || next?.type.order !== undefined || compared.some((c) => c.strategy !== 3)
      ? compared
      : prefixConditions(conditions, nextExpr)
  const lowerBound = ranged.find((c) => c.strategy > 3)
  const upperBound = ranged.find((c) => c.strategy < 3)
  for (const b of [lowerBound, upperBound]) if (b !== undefined) used.push(b)
  const answered = used.map((c) => c.condition)
  const direction = order === null ? 'forward' : orderGiven(definition.keys, equalities, keyExpr, order)
  if (direction === null) return null
  if (answered.length === 0 && order === null && predicate === null) return null
  const rows = estimator.tableRows(scan)
  const answeredWith = predicate === null ? answered : [...answered, ...conjuncts(predicate)]
  const isOne = definition.unique && !unanswered
  const fetched = isOne ? 1 : Math.max(1, rows * selectivityOfAll(answeredWith, estimator.facts))
  const rest = conditions.filter((c) => !answered.includes(c))
  const perRow = COST.indexRow + COST.row + rest.length * COST.operator
  return {
    index,
    equalities,
    lower: lowerBound === undefined ? null : { expr: lowerBound.value, inclusive: lowerBound.strategy === 4 },
    upper: upperBound === undefined ? null : { expr: upperBound.value, inclusive: upperBound.strategy === 2 },
    reverse: direction === 'backward',
    answered,
    shown: used.map((c) => c.shown),
    rest,
    fetched,
    cost: COST.descent + fetched * perRow + penalty(context.methods.indexScan),
  }
}

const columnOf = (scan: LogicalScan, key: IndexKey | undefined): Expr | null => {
  if (key === undefined || key.attnum === 0) return null
  const column = scan.outputs[scan.attnums.indexOf(key.attnum)]
  if (column === undefined) return null
  return { kind: 'column', id: column.id, name: column.name, type: column.type, typmod: -1 }
}

/** Types whose datums compare alike, so that one's values may be looked up in the other's index. */
const FAMILIES: ReadonlyMap<number, number> = new Map([
  [OID.int2, OID.int8],
  [OID.int4, OID.int8],
  [OID.varchar, OID.text],
])

const familyOf = (oid: number): number => FAMILIES.get(oid) ?? oid

const COMMUTED: Readonly<Record<number, number>> = { 1: 5, 2: 4, 3: 3, 4: 2, 5: 1 }

/** The conditions that compare an index key with something known before the scan begins. */
const keyConditions = (
  conditions: readonly Expr[],
  key: Expr,
  type: SqlType,
  own: ReadonlySet<number>,
): KeyCondition[] => {
  const found: KeyCondition[] = []
  const family = familyOf(type.oid)
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.operator?.strategy === undefined || condition.args.length !== 2) continue
    const { operator } = condition
    // Polymorphic operators (arrays, enums, rows) compare values of the operands' own type.
    const compares = condition.args.every((arg) => familyOf(arg.type.oid) === family && arg.type.order === type.order)
    if (!compares || (operator.left !== operator.right && familyOf(operator.left) !== familyOf(operator.right)))
      continue
    const [a, b] = condition.args as [Expr, Expr]
    const strategy = operator.strategy as number
    if (isKey(a, key) && isKnown(b, own)) found.push({ condition, shown: condition, strategy, value: b })
    else if (isKey(b, key) && isKnown(a, own)) {
      found.push({ condition, shown: commuted(condition), strategy: COMMUTED[strategy] as number, value: a })
    }
  }
  return found
}

/** Bounds that LIKE conditions on the key imply; the conditions themselves are checked as well. */
const prefixConditions = (conditions: readonly Expr[], key: Expr): KeyCondition[] =>
  conditions.flatMap((condition) => {
    const [arg] = condition.kind === 'call' ? condition.args : []
    if (arg === undefined || !isKey(arg, key)) return []
    return prefixRange(condition).map(({ strategy, bound }) => {
      return { condition: bound, shown: bound, strategy, value: bound.args[1] as Expr }
    })
  })

/** `value operator key` as `key operator value`. */
const commuted = (expr: Expr & { kind: 'call' }): Expr => {
  const operator = expr.operator === null ? undefined : operatorByOid(expr.operator.commutator)
  const fn = operator === undefined ? undefined : functionByOid(operator.function)
  if (operator === undefined || fn?.kind !== 'scalar') return expr
  return { ...expr, operator, function: fn, args: expr.args.toReversed() }
}

const isKey = (expr: Expr, key: Expr): boolean => {
  if (key.kind !== 'column') return sameExpr(expr, key)
  const column = bareColumn(expr)
  return column !== null && column.id === key.id
}

const isKnown = (expr: Expr, own: ReadonlySet<number>): boolean => !mentionsAny(expr, own) && !isVolatile(expr)

/** Whether a part of a partial index's predicate holds on all rows that the conditions keep. */
const isImplied = (part: Expr, conditions: readonly Expr[]): boolean =>
  conditions.some((c) => sameExpr(c, part)) ||
  (part.kind === 'is-null' && part.negated && conditions.some((c) => rejectsNulls(c, columnsOf(part.arg))))

/** Reading direction in which the index delivers the order; null when it does in none. */
const orderGiven = (
  keys: readonly IndexKey[],
  equalities: readonly Expr[],
  keyExpr: (i: number) => Expr | null,
  order: readonly SortKey[],
): 'forward' | 'backward' | null => {
  let direction: 'forward' | 'backward' | null = null
  let at = equalities.length
  for (const sort of order) {
    // A column fixed by an equality is in every order.
    const fixed = equalities.some((_, i) => {
      const expr = keyExpr(i)
      return expr !== null && isKey(sort.expr, expr)
    })
    if (fixed) continue
    const key = keys[at]
    const expr = keyExpr(at)
    if (key === undefined || expr === null || !isKey(sort.expr, expr)) return null
    if (key.type.order !== sort.expr.type.order) return null
    const same = key.descending === sort.descending && key.nullsFirst === sort.nullsFirst
    const opposite = key.descending !== sort.descending && key.nullsFirst !== sort.nullsFirst
    const wanted = same ? 'forward' : opposite ? 'backward' : null
    if (wanted === null || (direction !== null && direction !== wanted)) return null
    direction = wanted
    at++
  }
  return direction ?? 'forward'
}
