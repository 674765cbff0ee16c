/**
 * Puts the joins of a region – inner joins, and the left, semi and anti joins attached to it – in the order that costs
 * least, with the smaller input of each on the right, where hash joins build.
 *
 * Not across full and lateral joins, grouping, LIMIT and the like: what lies below those is a region of its own.
 */
import type { LogicalPlan } from '../../plan/logical.ts'
import { inputsOf, mapInputs } from '../../plan/logical.ts'
import { refer } from '../../plan/build-nodes.ts'
import { Estimator } from '../cardinality/estimator.ts'
import type { OptimizerContext } from '../facts.ts'
import { joinGraph, type JoinGraph } from '../join-graph.ts'
import { orderedJoins } from '../join-order.ts'
import type { Rule } from '../rule.ts'

export const orderJoins: Rule = {
  name: 'order-joins',
  apply: (plan, context) => (hasJoin(plan) ? order(plan, new Estimator(context), context) : plan),
}

const hasJoin = (plan: LogicalPlan): boolean => plan.kind === 'join' || inputsOf(plan).some(hasJoin)

const order = (plan: LogicalPlan, estimator: Estimator, context: OptimizerContext): LogicalPlan => {
  const graph = joinGraph(plan)
  if (graph !== null) return arranged(plan, graph, estimator, context)
  return mapInputs(plan, (input) => order(input, estimator, context))
}

const arranged = (
  plan: LogicalPlan,
  graph: JoinGraph,
  estimator: Estimator,
  context: OptimizerContext,
): LogicalPlan => {
  const relations = graph.relations.map((r) => ({ ...r, plan: order(r.plan, estimator, context) }))
  const input = orderedJoins({ ...graph, relations }, estimator, context)
  const columns = plan.outputs.map((c) => ({ id: c.id, expr: graph.computed.get(c.id) ?? refer(c) }))
  return { kind: 'project', input, columns, outputs: plan.outputs }
}
