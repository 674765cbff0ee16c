/**
 * Moves each condition as far down as its columns allow: through projections, joins, aggregates, windows, unions, into
 * scans. On the way outer joins become inner ones where a condition above rejects the NULLs that they would add,
 * equalities with constants spread over equal columns, and ORs over both sides of a join give each side its part.
 *
 * Not past LIMIT, row locks or set-returning results; not volatile conditions; not below the side of an outer join that
 * the condition must not touch: ON conditions never restrict the side whose rows are all kept.
 */
import { isLeakproof } from '../leakproof.ts'
import type { ColumnId, Expr } from '../../analyze/expression.ts'
import { conjunction, conjuncts, sameExpr, substituteColumns } from '../../analyze/nodes.ts'
import {
  mapInputs,
  type LogicalAggregate,
  type LogicalAppend,
  type LogicalJoin,
  type LogicalPlan,
  type LogicalWindow,
} from '../../plan/logical.ts'
import { refer } from '../../plan/build-nodes.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import { OID } from '../../types/oids.ts'
import { columnsOf, isConstant, isVolatile, mentionsAny, rejectsNulls } from '../expressions.ts'
import type { OptimizerContext } from '../facts.ts'
import { empty, filtered, isEmpty, outputIds } from '../plans.ts'
import type { Rule } from '../rule.ts'
import { impliedConditions } from '../implied.ts'
import { fold } from './fold-constants.ts'

export const pushFilters: Rule = {
  name: 'push-filters',
  apply: (plan, context) => push(plan, [], context),
}

/** The plan restricted by the conditions, which are free of volatile calls. */
const push = (plan: LogicalPlan, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  if (conditions.some((c) => isConstant(c, false) || isConstant(c, null)) && plan.kind !== 'lock-rows') {
    return empty(plan.outputs)
  }
  switch (plan.kind) {
    case 'scan': {
      if (conditions.length === 0) return plan
      return { ...plan, filter: conjunction(distinctConditions(plan.filter, conditions), context.typeOf(OID.bool)) }
    }
    case 'filter': {
      const own = conjuncts(plan.condition)
      const kept = own.filter(isVolatile)
      const below = push(plan.input, [...own.filter((c) => !isVolatile(c)), ...conditions], context)
      return filtered(below, kept, context)
    }
    case 'project': {
      const exprs = new Map(plan.columns.map((c) => [c.id, c.expr]))
      const [through, kept] = divide(conditions, (c) =>
        [...columnsOf(c)].every((id) => !isVolatile(exprs.get(id) ?? c)),
      )
      const moved = through.map((c) =>
        fold(
          substituteColumns(c, (id) => exprs.get(id)),
          context,
        ),
      )
      const input = push(plan.input, moved, context)
      return filtered(isEmpty(input) ? empty(plan.outputs) : { ...plan, input }, kept, context)
    }
    case 'project-set': {
      const passedOn = new Set(
        plan.columns.filter((c) => c.expr.kind === 'column' && c.expr.id === c.id).map((c) => c.id),
      )
      const [through, kept] = divide(conditions, (c) => columnsOf(c).isSubsetOf(passedOn))
      return filtered({ ...plan, input: push(plan.input, through, context) }, kept, context)
    }
    case 'join':
      return pushJoin(plan, conditions, context)
    case 'aggregate':
      return pushAggregate(plan, conditions, context)
    case 'window':
      return pushWindow(plan, conditions, context)
    case 'sort': {
      const input = push(plan.input, conditions, context)
      return { ...plan, input, outputs: input.outputs }
    }
    case 'unique': {
      const keys = new Set(plan.keys.flatMap((key) => (key.kind === 'column' ? [key.id] : [])))
      const [through, kept] = divide(conditions, (c) => columnsOf(c).size > 0 && columnsOf(c).isSubsetOf(keys))
      const input = push(plan.input, through, context)
      return filtered({ ...plan, input, outputs: input.outputs }, kept, context)
    }
    case 'barrier': {
      const [through, kept] = divide(conditions, isLeakproof)
      const input = push(plan.input, through, context)
      return filtered(isEmpty(input) ? input : { ...plan, input }, kept, context)
    }
    case 'append':
      return pushAppend(plan, conditions, context)
    case 'set-operation': {
      const side = (input: LogicalPlan): LogicalPlan =>
        push(input, conditions.map(byPosition(plan.outputs, input.outputs)), context)
      return { ...plan, left: side(plan.left), right: side(plan.right) }
    }
    case 'apply': {
      const own = new Set([plan.column.id])
      const [kept, through] = divide(conditions, (c) => mentionsAny(c, own))
      const input = push(plan.input, through, context)
      const subplan = push(plan.subplan, [], context)
      return filtered({ ...plan, input, subplan, outputs: [...input.outputs, plan.column] }, kept, context)
    }
    case 'with': {
      const ctes = plan.ctes.map((c) => ({ cte: c.cte, plan: push(c.plan, [], context) }))
      const input = push(plan.input, conditions, context)
      return { ...plan, ctes, input, outputs: input.outputs }
    }
    default:
      return filtered(
        mapInputs(plan, (input) => push(input, [], context)),
        conditions,
        context,
      )
  }
}

const divide = (conditions: readonly Expr[], test: (condition: Expr) => boolean): [Expr[], Expr[]] => {
  const yes: Expr[] = []
  const no: Expr[] = []
  for (const condition of conditions) (test(condition) ? yes : no).push(condition)
  return [yes, no]
}

const distinctConditions = (present: Expr | null, added: readonly Expr[]): Expr[] => {
  const all = [...conjuncts(present)]
  for (const condition of added) if (!all.some((other) => sameExpr(other, condition))) all.push(condition)
  return all
}

/** Conditions over a node's outputs as conditions over an input's, column by column. */
const byPosition = (outputs: readonly PlanColumn[], inputs: readonly PlanColumn[]) => {
  const positions = new Map(outputs.map((c, i) => [c.id, inputs[i] as PlanColumn]))
  return (condition: Expr): Expr =>
    substituteColumns(condition, (id) => {
      const column = positions.get(id)
      return column === undefined ? undefined : refer(column)
    })
}

const pushAppend = (plan: LogicalAppend, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const inputs = plan.inputs
    .map((input) => push(input, conditions.map(byPosition(plan.outputs, input.outputs)), context))
    .filter((input) => !isEmpty(input))
  return inputs.length === 0 ? empty(plan.outputs) : { ...plan, inputs }
}

/** Groups that a condition on grouping columns rejects need not be formed. */
const pushAggregate = (plan: LogicalAggregate, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const exprs = new Map<ColumnId, Expr>()
  plan.groupBy.forEach((g, i) => {
    if (plan.sets.every((set) => set.includes(i)) && !isVolatile(g.expr)) exprs.set(g.id, g.expr)
  })
  const [through, kept] = divide(conditions, (c) => {
    const mentioned = [...columnsOf(c)]
    return mentioned.some((id) => exprs.has(id)) && mentioned.every((id) => exprs.has(id) || !outputIds(plan).has(id))
  })
  const moved = through.map((c) =>
    fold(
      substituteColumns(c, (id) => exprs.get(id)),
      context,
    ),
  )
  return filtered({ ...plan, input: push(plan.input, moved, context) }, kept, context)
}

/** Whole partitions may be left out. */
const pushWindow = (plan: LogicalWindow, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const partition = new Set(plan.spec.partitionBy.flatMap((e) => (e.kind === 'column' ? [e.id] : [])))
  const [through, kept] = divide(conditions, (c) => {
    const mentioned = columnsOf(c)
    return mentioned.size > 0 && mentioned.isSubsetOf(partition)
  })
  const input = push(plan.input, through, context)
  const outputs = [...input.outputs, ...plan.outputs.slice(plan.outputs.length - plan.calls.length)]
  return filtered({ ...plan, input, outputs }, kept, context)
}

/** The join without the NULL-extension that some condition above would filter out. */
const simplified = (plan: LogicalJoin, conditions: readonly Expr[]): LogicalJoin => {
  if (plan.type !== 'left' && plan.type !== 'right' && plan.type !== 'full') return plan
  const rejects = (side: LogicalPlan): boolean => {
    const ids = outputIds(side)
    return conditions.some((c) => rejectsNulls(c, ids) && mentionsAny(c, ids))
  }
  const keepsLeft = plan.type !== 'right' && !rejects(plan.right)
  const keepsRight = plan.type !== 'left' && !rejects(plan.left)
  const type = keepsLeft ? (keepsRight ? 'full' : 'left') : keepsRight ? 'right' : 'inner'
  return type === plan.type ? plan : { ...plan, type }
}

const pushJoin = (original: LogicalJoin, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const plan = leftForRight(simplified(original, conditions))
  const { left, right } = plan
  const leftIds = outputIds(left)
  const rightIds = outputIds(right)
  const onLeft = (c: Expr): boolean => !mentionsAny(c, rightIds)
  const onRight = (c: Expr): boolean => !mentionsAny(c, leftIds)
  switch (plan.type) {
    case 'inner': {
      const own = conjuncts(plan.condition)
      const fixed = own.filter(isVolatile)
      const all = distinctConditions(null, [...own.filter((c) => !isVolatile(c)), ...conditions])
      const known = [...all, ...impliedConditions(all, leftIds, rightIds, context)]
      if (known.some((c) => isConstant(c, false) || isConstant(c, null))) return empty(plan.outputs)
      const [toLeft, others] = divide(known, onLeft)
      const [toRight, both] = divide(others, onRight)
      return rebuilt(plan, toLeft, toRight, [...both, ...fixed], context)
    }
    case 'left': {
      const [toLeft, kept] = divide(conditions, onLeft)
      const own = conjuncts(plan.condition)
      // What fixes a left column fixes its equal on the right: rows that differ cannot match.
      const known = [...own, ...impliedConditions([...own, ...toLeft], leftIds, rightIds, context).filter(onRight)]
      const [toRight, on] = divide(known, (c) => onRight(c) && mentionsAny(c, rightIds) && !isVolatile(c))
      return filtered(rebuilt(plan, toLeft, toRight, on, context), kept, context)
    }
    case 'semi':
    case 'anti': {
      if (plan.nullAware) return rebuilt(plan, conditions, [], conjuncts(plan.condition), context)
      const own = conjuncts(plan.condition)
      const implied = impliedConditions([...own, ...conditions], leftIds, rightIds, context)
      const known = [...own, ...implied.filter((c) => onRight(c) || plan.type === 'semi')]
      const [toRight, rest] = divide(known, (c) => onRight(c) && !isVolatile(c))
      const [toLeft, on] = plan.type === 'semi' ? divide(rest, (c) => onLeft(c) && !isVolatile(c)) : [[], rest]
      return rebuilt(plan, [...conditions, ...toLeft], toRight, on, context)
    }
    default:
      return filtered(rebuilt(plan, [], [], conjuncts(plan.condition), context), conditions, context)
  }
}

/** A right join is a left join of the other order. */
const leftForRight = (plan: LogicalJoin): LogicalJoin =>
  plan.type === 'right' && !plan.lateral ? { ...plan, type: 'left', left: plan.right, right: plan.left } : plan

const rebuilt = (
  plan: LogicalJoin,
  toLeft: readonly Expr[],
  toRight: readonly Expr[],
  on: readonly Expr[],
  context: OptimizerContext,
): LogicalPlan => {
  const left = push(plan.left, toLeft, context)
  const right = push(plan.right, toRight, context)
  if (isEmpty(left) && plan.type !== 'full' && plan.type !== 'right') return empty(plan.outputs)
  if (isEmpty(right) && (plan.type === 'inner' || plan.type === 'semi')) return empty(plan.outputs)
  return { ...plan, left, right, condition: conjunction(on, context.typeOf(OID.bool)) }
}
