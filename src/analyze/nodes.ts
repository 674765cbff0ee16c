/** Constructors of expression nodes and the questions that are asked of expressions everywhere. */
import type { Datum, SqlType } from '../types/sql-type.ts'
import type {
  AndOrExpr,
  AssignTarget,
  ColumnExpr,
  ColumnId,
  ConstExpr,
  Expr,
  SortKey,
  SubscriptExpr,
} from './expression.ts'
import type { DmlQuery, OutputColumn, Query } from './query.ts'

export const constant = (value: Datum, type: SqlType, typmod = -1): ConstExpr => ({
  kind: 'const',
  value,
  type,
  typmod,
})

export const columnRef = (column: OutputColumn): ColumnExpr => ({
  kind: 'column',
  id: column.id,
  name: column.name,
  type: column.type,
  typmod: column.typmod,
  ...(column.record === undefined ? {} : { record: column.record }),
})

/** AND of conditions, flattened; null when there is none. */
export const conjunction = (conditions: readonly Expr[], bool: SqlType): Expr | null => {
  const flat = conditions.flatMap((c) => conjuncts(c))
  if (flat.length === 0) return null
  if (flat.length === 1) return flat[0] as Expr
  return { kind: 'and', args: flat, type: bool, typmod: -1 } satisfies AndOrExpr
}

/** Conditions that all must hold. */
export const conjuncts = (condition: Expr | null): readonly Expr[] =>
  condition === null ? [] : condition.kind === 'and' ? condition.args.flatMap((a) => conjuncts(a)) : [condition]

type Indices = SubscriptExpr['indices']

const indexExprs = (indices: Indices): Expr[] =>
  indices.flatMap(({ lower, upper }) => [lower, upper].filter((e): e is Expr => e !== null))

const mapIndices = (indices: Indices, map: (expr: Expr) => Expr): Indices =>
  indices.map(({ lower, upper, slice }) => ({
    lower: lower === null ? null : map(lower),
    upper: upper === null ? null : map(upper),
    slice,
  }))

const targetExprs = (target: AssignTarget): readonly Expr[] =>
  target.kind === 'field' ? [] : target.kind === 'json' ? target.path : indexExprs(target.indices)

const mapTarget = (target: AssignTarget, map: (expr: Expr) => Expr): AssignTarget => {
  if (target.kind === 'field') return target
  if (target.kind === 'json') return { ...target, path: target.path.map(map) }
  return { ...target, indices: mapIndices(target.indices, map) }
}

/** Direct subexpressions, in evaluation order. A subquery's inner query is not one; its outer test operands are. */
export const children = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case 'const':
    case 'param':
    case 'column':
    case 'element-value':
      return []
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'set-call':
    case 'grouping':
      return expr.args
    case 'relabel':
    case 'coerce-io':
    case 'typmod':
    case 'not':
    case 'is-null':
    case 'bool-test':
    case 'field':
    case 'coerce-domain':
      return [expr.arg]
    case 'assign':
      return [expr.arg, ...targetExprs(expr.target), expr.value]
    case 'array-coerce':
      return [expr.arg, expr.element]
    case 'distinct':
    case 'nullif':
      return [expr.left, expr.right]
    case 'case':
      return [...expr.whens.flatMap(({ when, then }) => [when, then]), expr.otherwise]
    case 'array-comparison':
      return [expr.left, ...(expr.list ?? []), ...(expr.array === null ? [] : [expr.array])]
    case 'array':
      return expr.elements
    case 'subscript':
      return [expr.arg, ...indexExprs(expr.indices)]
    case 'row':
      return expr.fields
    case 'row-compare':
      return [...expr.left, ...expr.right]
    case 'subquery':
      return expr.test === null ? [] : [expr.test]
    case 'aggregate':
      return [...expr.args, ...expr.orderBy.map((key) => key.expr), ...(expr.filter === null ? [] : [expr.filter])]
    case 'window':
      return [...expr.args, ...(expr.filter === null ? [] : [expr.filter])]
  }
}

const mapKeys = (keys: readonly SortKey[], map: (expr: Expr) => Expr): readonly SortKey[] =>
  keys.map((key) => ({ ...key, expr: map(key.expr) }))

/** The same node with its direct subexpressions replaced. */
export const mapChildren = (expr: Expr, map: (expr: Expr) => Expr): Expr => {
  switch (expr.kind) {
    case 'const':
    case 'param':
    case 'column':
    case 'element-value':
      return expr
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'set-call':
    case 'grouping':
      return { ...expr, args: expr.args.map(map) }
    case 'relabel':
    case 'coerce-io':
    case 'typmod':
    case 'not':
    case 'is-null':
    case 'bool-test':
    case 'field':
    case 'coerce-domain':
      return { ...expr, arg: map(expr.arg) }
    case 'assign':
      return { ...expr, arg: map(expr.arg), target: mapTarget(expr.target, map), value: map(expr.value) }
    case 'array-coerce':
      return { ...expr, arg: map(expr.arg), element: map(expr.element) }
    case 'distinct':
    case 'nullif':
      return { ...expr, left: map(expr.left), right: map(expr.right) }
    case 'case':
      return {
        ...expr,
        whens: expr.whens.map(({ when, then }) => ({ when: map(when), then: map(then) })),
        otherwise: map(expr.otherwise),
      }
    case 'array-comparison':
      return {
        ...expr,
        left: map(expr.left),
        list: expr.list === null ? null : expr.list.map(map),
        array: expr.array === null ? null : map(expr.array),
      }
    case 'array':
      return { ...expr, elements: expr.elements.map(map) }
    case 'subscript':
      return {
        ...expr,
        arg: map(expr.arg),
        indices: mapIndices(expr.indices, map),
      }
    case 'row':
      return { ...expr, fields: expr.fields.map(map) }
    case 'row-compare':
      return { ...expr, left: expr.left.map(map), right: expr.right.map(map) }
    case 'subquery':
      return expr.test === null ? expr : { ...expr, test: map(expr.test) }
    case 'aggregate':
      return {
        ...expr,
        args: expr.args.map(map),
        orderBy: mapKeys(expr.orderBy, map),
        filter: expr.filter === null ? null : map(expr.filter),
      }
    case 'window':
      return { ...expr, args: expr.args.map(map), filter: expr.filter === null ? null : map(expr.filter) }
  }
}

/** Whether any node of the expression satisfies the test; inner queries are not entered. */
export const someNode = (expr: Expr, test: (expr: Expr) => boolean): boolean =>
  test(expr) || children(expr).some((child) => someNode(child, test))

/** Replaces columns by expressions where `substitute` answers one. */
export const substituteColumns = (expr: Expr, substitute: (id: ColumnId) => Expr | undefined): Expr =>
  expr.kind === 'column' ? (substitute(expr.id) ?? expr) : mapChildren(expr, (e) => substituteColumns(e, substitute))

/** Same meaning by structure: how GROUP BY expressions are recognised in targets. */
export const sameExpr = (a: Expr, b: Expr): boolean => {
  if (a === b) return true
  if (a.kind !== b.kind || a.type.oid !== b.type.oid) return false
  if (a.kind === 'column' && b.kind === 'column') return a.id === b.id
  if (a.kind === 'param' && b.kind === 'param') return a.index === b.index
  if (a.kind === 'const' && b.kind === 'const') return sameDatum(a, b)
  if (a.kind === 'subquery' || a.kind === 'aggregate' || a.kind === 'window') {
    return a.kind === 'aggregate' && b.kind === 'aggregate' && sameAggregate(a, b)
  }
  return signature(a) === signature(b) && sameList(children(a), children(b))
}

const sameList = (a: readonly Expr[], b: readonly Expr[]): boolean =>
  a.length === b.length && a.every((expr, i) => sameExpr(expr, b[i] as Expr))

const sameDatum = (a: ConstExpr, b: ConstExpr): boolean => {
  if (a.typmod !== b.typmod) return false
  if (a.value === null || b.value === null) return a.value === b.value
  const { hashKey } = a.type
  if (hashKey === null) return a.value === b.value
  // Numerics of different scale are equal, but not the same constant.
  return hashKey(a.value) === hashKey(b.value) && String(a.value) === String(b.value)
}

const sameAggregate = (a: Expr & { kind: 'aggregate' }, b: Expr & { kind: 'aggregate' }): boolean =>
  a.function.oid === b.function.oid &&
  a.distinct === b.distinct &&
  sameList(a.args, b.args) &&
  a.orderBy.length === b.orderBy.length &&
  a.orderBy.every(
    (key, i) => key.descending === b.orderBy[i]?.descending && key.nullsFirst === b.orderBy[i]?.nullsFirst,
  ) &&
  sameList(children(a), children(b))

/** What distinguishes nodes of one kind besides their children. */
const signature = (expr: Expr): string => {
  switch (expr.kind) {
    case 'set-call':
      return `${expr.function.oid}`
    case 'call':
      return `${expr.function.oid}${expr.function.form?.join('\u0000') ?? ''}`
    case 'is-null':
      return `${expr.negated}`
    case 'bool-test':
      return `${expr.test}${expr.negated}`
    case 'distinct':
      return `${expr.operator.oid}${expr.negated}`
    case 'nullif':
      return `${expr.operator.oid}`
    case 'array-comparison':
      return `${expr.operator.oid}${expr.quantifier}${expr.list === null}`
    case 'field':
      return `${expr.field}`
    case 'assign':
      return JSON.stringify(expr.target.kind === 'field' ? expr.target.field : expr.target.kind)
    case 'row-compare':
      return `${expr.strategy}`
    case 'typmod':
      return `${expr.typmod}`
    case 'relabel':
      return `${expr.type.collation}`
    case 'subscript':
      return JSON.stringify(expr.indices.map((i) => [i.lower === null, i.upper === null, i.slice]))
    default:
      return ''
  }
}

export const isModification = (query: Query | DmlQuery): query is DmlQuery =>
  query.kind === 'insert' || query.kind === 'update' || query.kind === 'delete' || query.kind === 'merge'
