/**
 * The one rule of statements that are not optimized: conditions are checked as soon as the tables that they mention
 * are joined, and tables are joined in the order of FROM, but for those that no condition connects with the ones before
 * while it does another. Without it, a FROM of ten tables would be all combinations of their rows.
 *
 * It looks at nothing but conditions: no sizes, no statistics. It knows no outer joins, changes no expression and moves
 * nothing out of subqueries, grouping and the like, so that results can be compared with those of the optimizer.
 */
import type { Expr } from '../../analyze/expression.ts'
import { conjunction, conjuncts } from '../../analyze/nodes.ts'
import { crossJoin, narrow } from '../../plan/build-nodes.ts'
import { mapInputs, type LogicalPlan } from '../../plan/logical.ts'
import { OID } from '../../types/oids.ts'
import { columnsOf, isVolatile, mentionsAny } from '../expressions.ts'
import type { OptimizerContext } from '../facts.ts'
import { filtered, outputIds } from '../plans.ts'
import type { Rule } from '../rule.ts'

export const placeConditions: Rule = {
  name: 'place-conditions',
  apply: (plan, context) => place(plan, [], context),
}

/** The plan restricted by the conditions, which are free of volatile calls. */
const place = (plan: LogicalPlan, conditions: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  if (plan.kind === 'filter') {
    const own = conjuncts(plan.condition)
    const kept = own.filter(isVolatile)
    const below = place(plan.input, [...own.filter((c) => !isVolatile(c)), ...conditions], context)
    return filtered(below, kept, context)
  }
  if (plan.kind === 'apply') {
    const own = new Set([plan.column.id])
    const through = conditions.filter((c) => !mentionsAny(c, own))
    const kept = conditions.filter((c) => mentionsAny(c, own))
    const input = place(plan.input, through, context)
    const subplan = place(plan.subplan, [], context)
    return filtered({ ...plan, input, subplan, outputs: [...input.outputs, plan.column] }, kept, context)
  }
  if (isPlainJoin(plan)) return joined(plan, conditions, context)
  return filtered(
    mapInputs(plan, (input) => place(input, [], context)),
    conditions,
    context,
  )
}

type PlainJoin = LogicalPlan & { kind: 'join' }

const isPlainJoin = (plan: LogicalPlan): plan is PlainJoin =>
  plan.kind === 'join' &&
  plan.type === 'inner' &&
  !plan.lateral &&
  conjuncts(plan.condition).every((c) => !isVolatile(c))

/** The tables that inner joins put together, and their conditions. */
const gather = (plan: LogicalPlan, relations: LogicalPlan[], conditions: Expr[]): void => {
  if (!isPlainJoin(plan)) {
    relations.push(plan)
    return
  }
  gather(plan.left, relations, conditions)
  gather(plan.right, relations, conditions)
  conditions.push(...conjuncts(plan.condition))
}

const joined = (plan: PlainJoin, above: readonly Expr[], context: OptimizerContext): LogicalPlan => {
  const waiting: LogicalPlan[] = []
  let conditions: Expr[] = []
  gather(plan, waiting, conditions)
  conditions.push(...above)
  const all = new Set(plan.outputs.map((c) => c.id))
  const boolean = context.typeOf(OID.bool)
  /** Takes the conditions that need nothing of the region but these columns. */
  const settled = (known: ReadonlySet<number>): Expr[] => {
    const isSettled = (c: Expr): boolean => columnsOf(c).intersection(all).isSubsetOf(known)
    const taken = conditions.filter(isSettled)
    conditions = conditions.filter((c) => !isSettled(c))
    return taken
  }
  const take = (at: number): LogicalPlan => {
    const [relation] = waiting.splice(at, 1) as [LogicalPlan]
    return place(relation, settled(outputIds(relation)), context)
  }
  let result = take(0)
  while (waiting.length > 0) {
    const known = outputIds(result)
    const near = conditions.filter((c) => mentionsAny(c, known))
    const connected = waiting.findIndex((relation) => near.some((c) => mentionsAny(c, outputIds(relation))))
    const join = crossJoin(result, take(Math.max(connected, 0)), false)
    result = { ...join, condition: conjunction(settled(outputIds(join)), boolean) } as LogicalPlan
  }
  const inOrder = result.outputs.every((c, i) => c.id === plan.outputs[i]?.id)
  return inOrder ? result : narrow(result, plan.outputs)
}
