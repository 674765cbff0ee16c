/** OVER clauses and the WINDOW clause: window definitions of one query level. */
import {
  noEqualityOperator,
  rangeFrameAmbiguous,
  rangeFrameNotSupported,
  undefinedObject,
  windowingError,
  featureNotSupported,
} from '../errors/raise/analysis.ts'
import { functionsByName } from '../functions/index.ts'
import type { FunctionRecord } from '../functions/records.ts'
import type { Node, WindowDef } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { coerce, coerceToBigint, settleUnknown, tryCoerce } from './coerce.ts'
import { withoutVariables } from './constant-arguments.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr, SortKey } from './expression.ts'
import { locationOf } from './location.ts'
import { formatType } from '../types/index.ts'
import { sameExpr } from './nodes.ts'
import type { FrameBound, WindowSpec } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { analyzeSortKeys, isOrdered } from './sort-keys.ts'

/** Bits of WindowDef.frameOptions (PostgreSQL's parse tree, FRAMEOPTION_*). */
const FRAME = {
  range: 0x2,
  rows: 0x4,
  groups: 0x8,
  between: 0x10,
  startUnboundedPreceding: 0x20,
  endUnboundedPreceding: 0x40,
  startUnboundedFollowing: 0x80,
  endUnboundedFollowing: 0x100,
  startCurrent: 0x200,
  endCurrent: 0x400,
  startPreceding: 0x800,
  endPreceding: 0x1000,
  startFollowing: 0x2000,
  endFollowing: 0x4000,
  excludeCurrent: 0x8000,
  excludeGroup: 0x10000,
  excludeTies: 0x20000,
  /** RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW, which an OVER clause says when it says nothing. */
  byDefault: 0x422,
} as const

/** Index of the window an OVER clause means, adding it to the level when it is new. */
export const windowOf = (context: AnalysisContext, scope: Scope, node: WindowDef): number => {
  if (node.name !== undefined) {
    const named = scope.namedWindows.get(node.name)
    if (named === undefined) throw undefinedObject(`window "${node.name}" does not exist`, node.location)
    return named
  }
  const spec = scope.within(CLAUSE.window, () => analyzeWindow(context, scope, node, false))
  const same = scope.windows.findIndex((other) => sameWindow(other, spec))
  if (same >= 0) return same
  scope.windows.push(spec)
  return scope.windows.length - 1
}

/** Adds the definitions of a WINDOW clause. */
export const defineWindows = (context: AnalysisContext, scope: Scope, nodes: readonly WindowDef[]): void => {
  for (const node of nodes) {
    const name = node.name as string
    if (scope.namedWindows.has(name)) throw windowingError(`window "${name}" is already defined`, node.location)
    const { name: _, ...definition } = node
    const spec = scope.within(CLAUSE.window, () => analyzeWindow(context, scope, definition, true))
    scope.windows.push(spec)
    scope.namedWindows.set(name, scope.windows.length - 1)
  }
}

const isDefaultFrame = ({ mode, start, end, exclude }: WindowSpec): boolean =>
  mode === 'range' && start.kind === 'unbounded-preceding' && end.kind === 'current' && exclude === 'none'

/** `named`: the definition stands in the WINDOW clause. */
const analyzeWindow = (context: AnalysisContext, scope: Scope, node: WindowDef, named: boolean): WindowSpec => {
  const base = node.refname === undefined ? null : baseWindow(scope, node)
  const partition = (node.partitionClause ?? []).map((n) => {
    const expr = settleUnknown(context, context.expr(scope, n))
    if (expr.type.hashKey === null) throw noEqualityOperator(formatType(expr.type, -1), locationOf(n))
    if (!isOrdered(expr.type)) {
      throw featureNotSupported('could not implement window PARTITION BY', undefined, {
        detail: 'Window partitioning columns must be of sortable datatypes.',
      })
    }
    return expr
  })
  const order = analyzeSortKeys(context, scope, node.orderClause ?? [])
  if (base !== null && partition.length > 0) {
    throw windowingError(`cannot override PARTITION BY clause of window "${node.refname}"`, node.location)
  }
  if (base !== null && order.length > 0 && base.orderBy.length > 0) {
    throw windowingError(`cannot override ORDER BY clause of window "${node.refname}"`, node.location)
  }
  if (base !== null && !isDefaultFrame(base)) {
    const bare = !named && order.length === 0 && ((node.frameOptions ?? FRAME.byDefault) & ~FRAME.byDefault) === 0
    throw windowingError(
      `cannot copy window "${node.refname}" because it has a frame clause`,
      node.location,
      bare ? { hint: 'Omit the parentheses in this OVER clause.' } : {},
    )
  }
  const partitionBy = base?.partitionBy ?? partition
  const orderBy = base !== null && base.orderBy.length > 0 ? base.orderBy : order
  return { partitionBy, orderBy, ...frameOf(context, scope, node, orderBy) }
}

const baseWindow = (scope: Scope, node: WindowDef): WindowSpec => {
  const index = scope.namedWindows.get(node.refname as string)
  const base = index === undefined ? undefined : scope.windows[index]
  if (base === undefined) throw undefinedObject(`window "${node.refname}" does not exist`, node.location)
  return base
}

const frameOf = (
  context: AnalysisContext,
  scope: Scope,
  node: WindowDef,
  orderBy: readonly SortKey[],
): Pick<WindowSpec, 'mode' | 'start' | 'end' | 'exclude'> => {
  const bits = node.frameOptions ?? 0
  const has = (bit: number): boolean => (bits & bit) !== 0
  const mode = has(FRAME.rows) ? 'rows' : has(FRAME.groups) ? 'groups' : 'range'
  const bounded = (kind: 'preceding' | 'following', n: Node | undefined): FrameBound => {
    const expr = withoutVariables(scope, context.expr(scope, n as Node), mode.toUpperCase(), locationOf(n as Node))
    if (mode === 'range') return { kind, ...rangeOffset(context, expr, orderBy, node.location, locationOf(n as Node)) }
    return { kind, offset: coerceToBigint(context, expr, mode.toUpperCase(), locationOf(n as Node)) }
  }
  const start: FrameBound = has(FRAME.startUnboundedPreceding)
    ? { kind: 'unbounded-preceding', offset: null }
    : has(FRAME.startCurrent)
      ? { kind: 'current', offset: null }
      : has(FRAME.startUnboundedFollowing)
        ? { kind: 'unbounded-following', offset: null }
        : bounded(has(FRAME.startPreceding) ? 'preceding' : 'following', node.startOffset)
  const end: FrameBound = has(FRAME.endUnboundedFollowing)
    ? { kind: 'unbounded-following', offset: null }
    : has(FRAME.endCurrent)
      ? { kind: 'current', offset: null }
      : has(FRAME.endUnboundedPreceding)
        ? { kind: 'unbounded-preceding', offset: null }
        : bounded(has(FRAME.endPreceding) ? 'preceding' : 'following', node.endOffset)
  if (mode === 'groups' && orderBy.length === 0)
    throw windowingError('GROUPS mode requires an ORDER BY clause', node.location)
  const exclude = has(FRAME.excludeCurrent)
    ? 'current'
    : has(FRAME.excludeGroup)
      ? 'group'
      : has(FRAME.excludeTies)
        ? 'ties'
        : 'none'
  return { mode, start, end, exclude }
}

/** RANGE offset PRECEDING/FOLLOWING: the function in_range of the key's type, and the offset as it takes it. */
const rangeOffset = (
  context: AnalysisContext,
  expr: Expr,
  orderBy: readonly SortKey[],
  window: number | undefined,
  location: number | undefined,
): Pick<FrameBound, 'offset'> & { readonly inRange: number } => {
  const key = orderBy[0]
  if (orderBy.length !== 1 || key === undefined) {
    throw windowingError('RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column', window)
  }
  const keyType = baseTypeOf(key.expr.type)
  // varchar is ordered as text.
  const column = formatType(keyType.oid === OID.varchar ? context.typeOf(OID.text) : keyType, -1)
  const known = functionsByName('in_range').filter((fn) => fn.args[0] === keyType.oid)
  if (known.length === 0) throw rangeFrameNotSupported(column, null, location)
  const offsetType = (fn: FunctionRecord): number => fn.args[2] as number
  const { oid } = baseTypeOf(expr.type)
  // A literal is taken for a value like the key's; otherwise any type will do that the offset can be cast to.
  const fitting = known.filter((fn) =>
    oid === OID.unknown
      ? known.length === 1 || offsetType(fn) === keyType.oid
      : tryCoerce(context, expr, context.typeOf(offsetType(fn)), -1, 'implicit', location) !== null,
  )
  const exact = fitting.find((fn) => offsetType(fn) === oid)
  const chosen = exact ?? fitting[0]
  if (chosen === undefined) throw rangeFrameNotSupported(column, formatType(expr.type, -1), location)
  if (exact === undefined && fitting.length > 1) {
    throw rangeFrameAmbiguous(column, formatType(expr.type, -1), location)
  }
  const offset = coerce(context, expr, context.typeOf(offsetType(chosen)), -1, 'implicit', location)
  return { offset, inRange: chosen.oid }
}

const sameWindow = (a: WindowSpec, b: WindowSpec): boolean =>
  a.mode === b.mode &&
  a.exclude === b.exclude &&
  sameBound(a.start, b.start) &&
  sameBound(a.end, b.end) &&
  a.partitionBy.length === b.partitionBy.length &&
  a.partitionBy.every((e, i) => sameExpr(e, b.partitionBy[i] as Expr)) &&
  a.orderBy.length === b.orderBy.length &&
  a.orderBy.every((k, i) => {
    const other = b.orderBy[i] as SortKey
    return k.descending === other.descending && k.nullsFirst === other.nullsFirst && sameExpr(k.expr, other.expr)
  })

const sameBound = (a: FrameBound, b: FrameBound): boolean =>
  a.kind === b.kind && (a.offset === null ? b.offset === null : b.offset !== null && sameExpr(a.offset, b.offset))
