/**
 * Expressions as closures: each node becomes a function of a batch and a physical position. The general form; hot
 * expressions over many rows are compiled to loops instead (`compile.ts` decides).
 */

import type {
  ArrayComparisonExpr,
  ArrayExpr,
  AssignExpr,
  CallExpr,
  CoerceDomainExpr,
  ColumnId,
  Expr,
  RecordColumn,
  RowCompareExpr,
  SubscriptExpr,
} from '../../analyze/expression.ts'
import { featureNotSupported } from '../../errors/raise/data.ts'
import { domainCheckViolation, domainNotNull, waitingFunctionMisplaced } from '../../errors/raise/execution.ts'
import type { EvalContext } from '../../functions/context.ts'
import type { ScalarFunction } from '../../functions/records.ts'
import { SqlArray } from '../../types/array.ts'
import { baseTypeOf } from '../../types/domain-type.ts'
import { type RowType, SqlRecord } from '../../types/record.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { Batch } from '../../vector/batch.ts'
import { arrayOfElements, elementAt, sliceOf } from './arrays.ts'
import { requiredSubscript, setElement, setField, setInJson, setPart, setSlice } from './assign.ts'
import type { Compilation, EvaluationContext, Evaluator, Layout } from './evaluator.ts'
import { and, comparison, extreme, isNull, or } from './logic.ts'
import { relabelling } from '../../types/relabel.ts'

/** A batch without columns and with one row: where expressions free of columns are evaluated. */
export const ONE_ROW = new Batch([], 1)

export const interpret = (expr: Expr, scope: Compilation): Evaluator => {
  const { context } = scope
  switch (expr.kind) {
    case 'const': {
      const { value } = expr
      return () => value
    }
    case 'param': {
      // Looked up anew each time: operators outlive the execution that they were built for.
      const i = expr.index - 1
      return () => context.parameters[i]
    }
    case 'column':
      return column(expr.id, scope)
    case 'element-value': {
      const { id } = ELEMENT
      return () => context.outer[id]
    }
    case 'call':
      return call(expr, scope)
    case 'relabel': {
      const arg = interpret(expr.arg, scope)
      const convert = relabelling(expr.arg.type, expr.type)
      return convert === null ? arg : (batch, at) => convert(arg(batch, at))
    }
    case 'coerce-io':
      return coerceViaIo(expr.arg, expr.type, scope)
    case 'typmod': {
      const arg = interpret(expr.arg, scope)
      const { type, typmod, explicit } = expr
      return (batch, at) => {
        const value = arg(batch, at)
        return value === null ? null : type.applyTypmod(value, typmod, explicit)
      }
    }
    case 'array-coerce': {
      const arg = interpret(expr.arg, scope)
      const element = interpret(expr.element, scope)
      return (batch, at) => {
        const value = arg(batch, at) as SqlArray | null
        if (value === null) return null
        const elements = value.elements.map((e: Datum) => {
          context.outer[ELEMENT.id] = e
          return e === null ? null : element(batch, at)
        })
        return new SqlArray(value.dimensions, value.lowerBounds, elements)
      }
    }
    case 'and':
      return and(expr.args.map((arg) => interpret(arg, scope)))
    case 'or':
      return or(expr.args.map((arg) => interpret(arg, scope)))
    case 'not': {
      const arg = interpret(expr.arg, scope)
      return (batch, at) => {
        const value = arg(batch, at)
        return value === null ? null : !value
      }
    }
    case 'is-null':
      return isNull(interpret(expr.arg, scope), expr.negated)
    case 'bool-test': {
      const arg = interpret(expr.arg, scope)
      const wanted = expr.test === 'unknown' ? null : expr.test === 'true'
      const { negated } = expr
      return (batch, at) => (arg(batch, at) === wanted) !== negated
    }
    case 'distinct': {
      const left = interpret(expr.left, scope)
      const right = interpret(expr.right, scope)
      const equal = invoke(expr.function, [expr.left.type, expr.right.type], expr.type, context)
      const { negated } = expr
      return (batch, at) => {
        const l = left(batch, at)
        const r = right(batch, at)
        const same = l === null || r === null ? l === r : equal(l, r) === true
        return same === negated
      }
    }
    case 'case': {
      const whens = expr.whens.map(({ when, then }) => [interpret(when, scope), interpret(then, scope)] as const)
      const otherwise = interpret(expr.otherwise, scope)
      return (batch, at) => {
        for (const [when, then] of whens) if (when(batch, at) === true) return then(batch, at)
        return otherwise(batch, at)
      }
    }
    case 'coalesce': {
      const args = expr.args.map((arg) => interpret(arg, scope))
      return (batch, at) => {
        for (const arg of args) {
          const value = arg(batch, at)
          if (value !== null) return value
        }
        return null
      }
    }
    case 'greatest':
    case 'least':
      return extreme(
        expr.args.map((arg) => interpret(arg, scope)),
        expr.type,
        expr.kind === 'greatest' ? 1 : -1,
      )
    case 'nullif': {
      const left = interpret(expr.left, scope)
      const right = interpret(expr.right, scope)
      const equal = invoke(expr.function, [expr.left.type, expr.right.type], expr.type, context)
      return (batch, at) => {
        const l = left(batch, at)
        const r = right(batch, at)
        return l !== null && r !== null && equal(l, r) === true ? null : l
      }
    }
    case 'array-comparison':
      return arrayComparison(expr, scope)
    case 'array':
      return array(expr, scope)
    case 'subscript':
      return subscript(expr, scope)
    case 'assign':
      return assign(expr, scope)
    case 'coerce-domain':
      return coerceDomain(expr, scope)
    case 'row': {
      const fields = expr.fields.map((field) => interpret(field, scope))
      const types = expr.fields.map((field) => field.type)
      const { names } = expr
      return (batch, at) =>
        new SqlRecord(
          types,
          fields.map((field) => field(batch, at)),
          names,
        )
    }
    case 'row-compare':
      return rowCompare(expr, scope)
    case 'field': {
      const arg = interpret(expr.arg, scope)
      const { field } = expr
      return (batch, at) => {
        const value = arg(batch, at) as SqlRecord | null
        // Rows that were made before the type got the attribute have none.
        return value === null ? null : (value.values[field] ?? null)
      }
    }
    case 'subquery':
    case 'aggregate':
    case 'window':
    case 'set-call':
    case 'grouping':
      throw new Error(`${expr.kind} reached the expression compiler: the plan should have computed it`)
  }
}

/** The slot of `outer` that carries the element under conversion; column ids are positive. */
const ELEMENT = { id: 0 } as const

/** A column of the input, or of an enclosing plan when the input has none of that id. */
const column = (id: ColumnId, { layout, context }: Compilation): Evaluator => {
  const index = layout.get(id)
  if (index === undefined) {
    const { outer } = context
    return () => outer[id]
  }
  // biome-ignore lint/style/noNonNullAssertion: layouts list columns that every batch of the input has
  return (batch, at) => batch.columns[index]!.get(at)
}

/**
 * A function applied to plain argument values (none of them NULL when it is strict). Functions that wait answer a
 * promise, which only expressions with a `replay` can compute with: elsewhere they are refused (0A000).
 */
export const invoke = (
  fn: ScalarFunction,
  args: readonly SqlType[],
  result: SqlType,
  context: EvaluationContext,
  columns?: readonly RecordColumn[],
): ((...args: Datum[]) => Datum) => {
  if (fn.blocking === true) throw waitingFunctionMisplaced(fn.name)
  return evaluation(fn, args, result, context, columns)
}

const evaluation = (
  fn: ScalarFunction,
  args: readonly SqlType[],
  result: SqlType,
  context: EvaluationContext,
  columns?: readonly RecordColumn[],
): ((...args: Datum[]) => Datum) => {
  if (fn.evaluate !== undefined) return fn.evaluate
  const session: EvalContext = context.eval
  const evaluate =
    fn.evaluateIn ??
    fn.specialize?.({
      args,
      result,
      ...(columns === undefined ? {} : { columns }),
      typeOf: (oid: number) => context.catalog.typeOf(oid),
    })
  if (evaluate === undefined) throw new Error(`function ${fn.name} (${fn.oid}) has no evaluation`)
  return (...values) => evaluate(session, ...values)
}

/** A call whose last argument is an array of arguments: NULL when there is no array, but for functions of the rest. */
const spreadCall = (expr: CallExpr, scope: Compilation): Evaluator => {
  const { function: fn, type } = expr
  const args = expr.args.map((arg) => interpret(arg, scope))
  const fixed = expr.args.slice(0, -1).map((arg) => arg.type)
  const element = baseTypeOf((expr.args.at(-1) as Expr).type).element as SqlType
  const byCount = new Map<number, (...args: Datum[]) => Datum>()
  return (batch, at) => {
    const values = args.map((arg) => arg(batch, at))
    const array = values.pop() as SqlArray | null
    if (array === null && fn.oid !== FORMAT) return null
    const elements = array?.elements ?? []
    let evaluate = byCount.get(elements.length)
    if (evaluate === undefined) {
      evaluate = invoke(fn, [...fixed, ...elements.map(() => element)], type, scope.context)
      byCount.set(elements.length, evaluate)
    }
    return evaluate(...values, ...elements)
  }
}

/** pg_proc oid of format(text, VARIADIC "any"), for which no array is as good as an empty one. */
const FORMAT = 3539

const call = (expr: CallExpr, scope: Compilation): Evaluator => {
  if (expr.variadic === true) return spreadCall(expr, scope)
  const { function: fn, type } = expr
  const types = expr.args.map((a) => a.type)
  const recorded = fn.volatility === 'volatile' ? scope.replay : undefined
  const evaluate =
    recorded === undefined
      ? invoke(fn, types, type, scope.context, expr.columns)
      : recorded.record(evaluation(fn, types, type, scope.context, expr.columns))
  const args = expr.args.map((arg) => interpret(arg, scope))
  if (expr.function.strict) return strictCall(evaluate, args)
  return (batch, at) => evaluate(...args.map((arg) => arg(batch, at)))
}

/** Arguments are evaluated, and may fail, even where an earlier one is NULL. */
const strictCall = (evaluate: (...args: Datum[]) => Datum, args: readonly Evaluator[]): Evaluator => {
  const [first, second] = args
  if (first === undefined) return () => evaluate()
  if (second === undefined) {
    return (batch, at) => {
      const a = first(batch, at)
      return a === null ? null : evaluate(a)
    }
  }
  if (args.length === 2) {
    return (batch, at) => {
      const a = first(batch, at)
      const b = second(batch, at)
      return a === null || b === null ? null : evaluate(a, b)
    }
  }
  return (batch, at) => {
    const values = new Array<Datum>(args.length)
    let hasNull = false
    for (let i = 0; i < args.length; i++) {
      const value = (args[i] as Evaluator)(batch, at)
      if (value === null) hasNull = true
      values[i] = value
    }
    return hasNull ? null : evaluate(...values)
  }
}

const coerceViaIo = (expr: Expr, type: SqlType, scope: Compilation): Evaluator => {
  const arg = interpret(expr, scope)
  const { format } = scope.context.eval
  const from = expr.type
  return (batch, at) => {
    const value = arg(batch, at)
    return value === null ? null : type.parse(from.format(value, format), -1, format)
  }
}

const arrayComparison = (expr: ArrayComparisonExpr, scope: Compilation): Evaluator => {
  const left = interpret(expr.left, scope)
  const any = expr.quantifier === 'any'
  const right = expr.list?.[0]?.type ?? (expr.array?.type.element as SqlType)
  const compare = invoke(expr.function, [expr.left.type, right], expr.type, scope.context)
  /** Combines three-valued comparisons of one left value with each item. */
  const combine = (l: Datum, items: Iterable<Datum>): Datum => {
    let unknown = false
    let seen = false
    for (const item of items) {
      seen = true
      const value = l === null || item === null ? null : compare(l, item)
      if (value === any) return any
      if (value === null) unknown = true
    }
    return unknown && seen ? null : !any
  }
  if (expr.list === null) {
    const array = interpret(expr.array as Expr, scope)
    return (batch, at) => {
      const value = array(batch, at) as SqlArray | null
      return value === null ? null : combine(left(batch, at), value.elements)
    }
  }
  const constants = constantSet(expr)
  if (constants !== null) {
    const { keys, hasNull, hashKey } = constants
    return (batch, at) => {
      const l = left(batch, at)
      if (l === null) return null
      if (keys.has(hashKey(l))) return any
      return hasNull ? null : !any
    }
  }
  const items = expr.list.map((item) => interpret(item, scope))
  return (batch, at) =>
    combine(
      left(batch, at),
      items.map((item) => item(batch, at)),
    )
}

/** For IN and NOT IN over constants of the left side's own type: their hash keys. */
export const constantSet = (expr: ArrayComparisonExpr) => {
  const { list, operator } = expr
  const { hashKey } = expr.left.type
  const membership = expr.quantifier === 'any' ? operator.name === '=' : operator.name === '<>'
  if (list === null || list.length === 0 || !membership || hashKey === null) return null
  if (operator.left !== operator.right) return null
  const keys = new Set<string | number | bigint | boolean>()
  let hasNull = false
  for (const item of list) {
    if (item.kind !== 'const') return null
    if (item.value === null) hasNull = true
    else keys.add(hashKey(item.value))
  }
  return { keys, hasNull, hashKey }
}

const array = (expr: ArrayExpr, scope: Compilation): Evaluator => {
  const elements = expr.elements.map((element) => interpret(element, scope))
  const { nested } = expr
  return (batch, at) =>
    arrayOfElements(
      elements.map((element) => element(batch, at)),
      nested,
    )
}

const subscript = (expr: SubscriptExpr, scope: Compilation): Evaluator => {
  const arg = interpret(expr.arg, scope)
  const bound = (e: Expr | null): Evaluator | null => (e === null ? null : interpret(e, scope))
  const indices = expr.indices.map((i) => ({ lower: bound(i.lower), upper: bound(i.upper), slice: i.slice }))
  const slice = indices.some((i) => i.slice)
  const { parts } = expr.arg.type
  if (parts !== undefined && slice) throw featureNotSupported('slices of fixed-length arrays not implemented')
  return (batch, at) => {
    const value = arg(batch, at)
    if (value === null) return null
    const bounds: { lower: number | null; upper: number | null; slice: boolean }[] = []
    for (const index of indices) {
      const lower = index.lower?.(batch, at) ?? null
      const upper = index.upper?.(batch, at) ?? null
      if ((index.lower !== null && lower === null) || (index.upper !== null && upper === null)) return null
      bounds.push({ lower, upper, slice: index.slice })
    }
    if (parts !== undefined) return bounds.length === 1 ? (parts(value)[bounds[0]?.upper as number] ?? null) : null
    return slice
      ? sliceOf(value, bounds)
      : elementAt(
          value,
          bounds.map((b) => b.upper as number),
        )
  }
}

const assign = ({ arg, target, value, type }: AssignExpr, scope: Compilation): Evaluator => {
  const container = interpret(arg, scope)
  const part = interpret(value, scope)
  if (target.kind === 'field') {
    const { field } = target
    return (batch, at) => setField(type as RowType, container(batch, at), field, part(batch, at))
  }
  if (target.kind === 'json') {
    const path = target.path.map((step) => interpret(step, scope))
    const { startsArray } = target
    return (batch, at) => {
      const keys = path.map((step) => step(batch, at))
      return setInJson(container(batch, at), keys, startsArray, part(batch, at))
    }
  }
  const indices = target.indices.map(({ lower, upper, slice }) => ({
    lower: lower === null ? null : interpret(lower, scope),
    upper: upper === null ? null : interpret(upper, scope),
    slice,
  }))
  if (target.kind === 'element') {
    const subscripts = (batch: Batch, at: number) => indices.map(({ upper }) => upper?.(batch, at) ?? null)
    return type.parts === undefined
      ? (batch, at) => setElement(container(batch, at), subscripts(batch, at), part(batch, at))
      : (batch, at) => setPart(type, container(batch, at), subscripts(batch, at), part(batch, at))
  }
  return (batch, at) => {
    const bounds = indices.map(({ lower, upper, slice }) => ({
      lower: slice ? subscriptOf(lower, batch, at) : 1,
      upper: subscriptOf(upper, batch, at),
    }))
    return setSlice(container(batch, at), bounds, part(batch, at))
  }
}

/** A subscript in an assignment; null where it is left open. */
const subscriptOf = (bound: Evaluator | null, batch: Batch, at: number): number | null => {
  if (bound === null) return null
  return requiredSubscript(bound(batch, at))
}

const coerceDomain = (expr: CoerceDomainExpr, scope: Compilation): Evaluator => {
  const arg = interpret(expr.arg, scope)
  const { value: id, notNull } = expr
  const { sqlName } = expr.reported ?? expr.type
  const { context } = scope
  const checks = expr.checks.map(({ name, expr: check }) => ({
    name,
    test: interpret(check, { context, layout: NO_COLUMNS }),
  }))
  return (batch, at) => {
    const value = arg(batch, at)
    if (value === null && notNull) throw domainNotNull(sqlName)
    if (checks.length > 0) {
      const around = context.outer[id]
      context.outer[id] = value
      for (const { name, test } of checks) {
        if (test(ONE_ROW, 0) === false) throw domainCheckViolation(sqlName, name)
      }
      context.outer[id] = around
    }
    return value
  }
}

const NO_COLUMNS: Layout = new Map()

const rowCompare = (expr: RowCompareExpr, scope: Compilation): Evaluator => {
  const left = expr.left.map((e) => interpret(e, scope))
  const right = expr.right.map((e) => interpret(e, scope))
  const compares = expr.left.map((e) => comparison(e.type))
  const { strategy } = expr
  return (batch, at) => {
    let order = 0
    for (let i = 0; i < left.length && order === 0; i++) {
      const l = (left[i] as Evaluator)(batch, at)
      const r = (right[i] as Evaluator)(batch, at)
      if (l === null || r === null) return null
      order = (compares[i] as (a: Datum, b: Datum) => number)(l, r)
    }
    if (strategy === 1) return order < 0
    if (strategy === 2) return order <= 0
    return strategy === 4 ? order >= 0 : order > 0
  }
}
