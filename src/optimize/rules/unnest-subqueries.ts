/**
 * Subqueries become joins: EXISTS and IN semi joins, their negations anti joins, scalar aggregates left joins with a
 * grouped subquery (a later rule makes them inner where a NULL does not qualify) or cross joins with one row.
 *
 * Not where three-valued logic would come out differently: NOT IN over several columns that may be NULL, op ALL,
 * answers used elsewhere than as a condition; not where the conditions on outer columns cannot leave the subquery.
 * Those stay `apply`: the subquery is run per distinct outer value.
 */
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { conjunction, conjuncts, constant, substituteColumns } from '../../analyze/nodes.ts'
import {
  expressionsOf,
  inputsOf,
  mapInputs,
  type LogicalAggregate,
  type LogicalApply,
  type LogicalJoin,
  type LogicalPlan,
} from '../../plan/logical.ts'
import { OID } from '../../types/oids.ts'
import { decorrelate, groupByConditions } from '../decorrelate.ts'
import { columnsOf, isHashEquality, isVolatile, mentionsAny } from '../expressions.ts'
import type { OptimizerContext } from '../facts.ts'
import { isNotNull, notNullColumns } from '../not-null.ts'
import { filtered, outputIds, passed, refersTo } from '../plans.ts'
import type { Rule } from '../rule.ts'

export const unnestSubqueries: Rule = {
  name: 'unnest-subqueries',
  apply: (plan, context) => (hasApply(plan) ? unnest(plan, context) : plan),
}

const hasApply = (plan: LogicalPlan): boolean => plan.kind === 'apply' || inputsOf(plan).some(hasApply)

const unnest = (plan: LogicalPlan, context: OptimizerContext): LogicalPlan => {
  if (plan.kind === 'filter' || plan.kind === 'apply') return unnestChain(plan, context)
  return mapInputs(plan, (input) => unnest(input, context))
}

/** A run of filters and applies over one input: which applies can go is decided with all conditions in sight. */
const unnestChain = (top: LogicalPlan, context: OptimizerContext): LogicalPlan => {
  let conditions: Expr[] = []
  const applies: LogicalApply[] = []
  let base = top
  for (; base.kind === 'filter' || base.kind === 'apply'; base = base.input) {
    if (base.kind === 'filter') conditions.unshift(...conjuncts(base.condition))
    else applies.unshift(base)
  }
  let plan = unnest(base, context)
  for (const [i, original] of applies.entries()) {
    const apply = { ...original, subplan: unnest(original.subplan, context) }
    const { column } = apply
    const own = new Set([column.id])
    const users = conditions.filter((c) => mentionsAny(c, own))
    const later = applies.slice(i + 1).some((other) => usesColumn(other, own))
    const [user] = users
    // Builders use an apply below a filter in one condition of that filter only, and drop its column above.
    const isCondition = top.kind === 'filter' && user !== undefined && users.length === 1 && !later
    const joined =
      apply.form === 'scalar'
        ? scalarJoin(apply, plan, user !== undefined, context)
        : isCondition
          ? conditionJoin(apply, plan, user, context)
          : null
    if (joined === null) {
      plan = { ...apply, input: plan, outputs: [...plan.outputs, column] }
      continue
    }
    plan = joined
    if (apply.form !== 'scalar') conditions = conditions.filter((c) => c !== user)
  }
  return filtered(plan, conditions, context)
}

const usesColumn = (apply: LogicalApply, ids: ReadonlySet<ColumnId>): boolean =>
  refersTo(apply.subplan, ids) || (apply.test !== null && mentionsAny(apply.test, ids))

/** EXISTS, IN and their negations as conditions of a filter: the join that replaces apply and condition. */
const conditionJoin = (
  apply: LogicalApply,
  input: LogicalPlan,
  condition: Expr,
  context: OptimizerContext,
): LogicalPlan | null => {
  const isColumn = (expr: Expr): boolean => expr.kind === 'column' && expr.id === apply.column.id
  const negated = condition.kind === 'not' && isColumn(condition.arg)
  if (!negated && !isColumn(condition)) return null
  const outer = outputIds(input)
  switch (apply.form) {
    case 'exists': {
      const found = decorrelate(withoutOutputs(apply.subplan), outer, context)
      // An uncorrelated EXISTS is one answer for all rows; apply finds it once.
      if (found === null || found.conditions.length === 0) return null
      return joinOf(negated ? 'anti' : 'semi', input, found.plan, found.conditions, context)
    }
    case 'any': {
      const { subplan, test } = withoutProjection(apply)
      const found = test === null || isVolatile(test) ? null : decorrelate(subplan, outer, context)
      if (found === null || test === null) return null
      if (!negated) return joinOf('semi', input, found.plan, [...found.conditions, ...conjuncts(test)], context)
      return notIn(input, found.plan, found.conditions, test, context)
    }
    default:
      return null
  }
}

/** NOT IN: a plain anti join where no operand can be NULL, else the anti join that knows about NULLs. */
const notIn = (
  input: LogicalPlan,
  subplan: LogicalPlan,
  conditions: readonly Expr[],
  test: Expr,
  context: OptimizerContext,
): LogicalPlan | null => {
  const tests = conjuncts(test)
  if (!tests.every(isHashEquality)) return null
  const sure = notNullColumns(input).union(notNullColumns(subplan))
  if (tests.every((t) => t.args.every((arg) => isNotNull(arg, sure)))) {
    return joinOf('anti', input, subplan, [...conditions, ...tests], context)
  }
  const [only] = tests
  if (only === undefined || tests.length > 1 || conditions.length > 0) return null
  const sides = only.args.map((arg) => columnsOf(arg))
  const between = (a: Set<ColumnId>, b: Set<ColumnId>): boolean =>
    a.size > 0 && b.size > 0 && a.isSubsetOf(outputIds(input)) && b.isSubsetOf(outputIds(subplan))
  const [a, b] = sides as [Set<ColumnId>, Set<ColumnId>]
  if (!between(a, b) && !between(b, a)) return null
  return { ...joinOf('anti', input, subplan, [only], context), nullAware: true }
}

const joinOf = (
  type: LogicalJoin['type'],
  left: LogicalPlan,
  right: LogicalPlan,
  conditions: readonly Expr[],
  context: OptimizerContext,
): LogicalJoin => ({
  kind: 'join',
  type,
  left,
  right,
  condition: conjunction(conditions, context.typeOf(OID.bool)),
  lateral: false,
  nullAware: false,
  outputs: type === 'semi' || type === 'anti' ? left.outputs : [...left.outputs, ...right.outputs],
})

/** What EXISTS asks of a subquery: only whether there are rows. */
const withoutOutputs = (plan: LogicalPlan): LogicalPlan => {
  switch (plan.kind) {
    case 'project':
    case 'sort':
      return withoutOutputs(plan.input)
    case 'aggregate':
      return plan.groupBy.length > 0 && plan.sets.length === 1 ? withoutOutputs(plan.input) : plan
    case 'limit':
      return plan.offset === null && plan.limit?.kind === 'const' && Number(plan.limit.value ?? 1) > 0
        ? withoutOutputs(plan.input)
        : plan
    default:
      return plan
  }
}

/** Moves the computing of the subquery's outputs into the test. */
const withoutProjection = ({ subplan, test }: LogicalApply): { subplan: LogicalPlan; test: Expr | null } => {
  if (test === null || subplan.kind !== 'project' || subplan.columns.some((c) => isVolatile(c.expr))) {
    return { subplan, test }
  }
  const exprs = new Map(subplan.columns.map((c) => [c.id, c.expr]))
  return { subplan: subplan.input, test: substituteColumns(test, (id) => exprs.get(id)) }
}

/**
 * A scalar aggregate. Correlated: left join with the aggregate grouped by the inner sides of its conditions.
 * Uncorrelated, and compared in a condition: cross join with its one row, so that joins can be ordered around it.
 */
const scalarJoin = (
  apply: LogicalApply,
  input: LogicalPlan,
  inCondition: boolean,
  context: OptimizerContext,
): LogicalPlan | null => {
  const scalar = aggregateValue(apply)
  if (scalar === null) return null
  const { aggregate, value } = scalar
  const outer = outputIds(input)
  const below = decorrelate(aggregate.input, outer, context)
  if (below === null) return null
  if (below.conditions.length === 0) {
    if (!inCondition || mentionsAny(value, outer) || refersTo(aggregate, outer)) return null
    return withValue(apply, joinOf('inner', input, aggregate, [], context), input, value)
  }
  const grouped = groupByConditions(aggregate, below, outer, context)
  if (grouped === null) return null
  const filled = valueOfNoRows(aggregate, value)
  if (filled === null) return null
  return withValue(apply, joinOf('left', input, grouped.plan, grouped.conditions, context), input, filled)
}

const withValue = (apply: LogicalApply, join: LogicalPlan, input: LogicalPlan, value: Expr): LogicalPlan => ({
  kind: 'project',
  input: join,
  columns: [...passed(input.outputs), { id: apply.column.id, expr: value }],
  outputs: [...input.outputs, apply.column],
})

/** The plain aggregate under a scalar subquery's projections, and the subquery's value over the aggregate's outputs. */
const aggregateValue = (apply: LogicalApply): { aggregate: LogicalAggregate; value: Expr } | null => {
  let plan = apply.subplan
  let value: Expr | null = null
  for (; plan.kind === 'project'; plan = plan.input) {
    const exprs = new Map(plan.columns.map((c) => [c.id, c.expr]))
    if (plan.columns.some((c) => isVolatile(c.expr))) return null
    value =
      value === null ? (exprs.get(apply.value as ColumnId) ?? null) : substituteColumns(value, (id) => exprs.get(id))
    if (value === null) return null
  }
  if (value === null || plan.kind !== 'aggregate') return null
  if (plan.groupBy.length > 0 || plan.sets.length !== 1 || plan.groupings.length > 0) return null
  return expressionsOf(plan).some(isVolatile) ? null : { aggregate: plan, value }
}

/**
 * The value where a left join may have found no group: aggregates over no rows are NULL, as the join leaves them,
 * except counts. Null for aggregates of which that is not sure.
 */
const valueOfNoRows = (aggregate: LogicalAggregate, value: Expr): Expr | null => {
  const counts = new Map<ColumnId, Expr>()
  for (const { id, call } of aggregate.aggregates) {
    if (call.function.directArgs !== undefined) return null
    if (call.function.name !== 'count' && call.function.name !== 'regr_count') continue
    const column: Expr = { kind: 'column', id, name: call.function.name, type: call.type, typmod: -1 }
    counts.set(id, { kind: 'coalesce', args: [column, constant(0, call.type)], type: call.type, typmod: -1 })
  }
  return substituteColumns(value, (id) => counts.get(id))
}
