/**
 * Puts the query of a WITH entry where it is read, so that it is optimized with its surroundings: entries referenced
 * once, and all that say NOT MATERIALIZED.
 *
 * Not: MATERIALIZED ones, recursive or data-modifying ones, those with volatile functions or row locks (they must run
 * once, as written).
 */
import { isModification } from '../../analyze/nodes.ts'
import type { Cte } from '../../analyze/query.ts'
import { expressionsOf, inputsOf, mapInputs, type LogicalPlan } from '../../plan/logical.ts'
import { refer } from '../../plan/build-nodes.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import { copyWithFreshIds } from '../copy-plan.ts'
import { isVolatile } from '../expressions.ts'
import type { OptimizerContext } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const inlineCtes: Rule = {
  name: 'inline-ctes',
  apply: (plan, context) => inline(plan, new Map(), context),
}

interface Inlined {
  readonly plan: LogicalPlan
  /** The plan stands in the result already: further references need columns of their own. */
  used: boolean
}

const inline = (plan: LogicalPlan, known: Map<Cte, Inlined>, context: OptimizerContext): LogicalPlan => {
  if (plan.kind === 'cte-scan') {
    const source = plan.working ? undefined : known.get(plan.cte)
    if (source === undefined) return plan
    const body = source.used ? copyWithFreshIds(source.plan, context) : source.plan
    source.used = true
    const columns = plan.outputs.map((c, i) => ({
      id: c.id,
      expr: refer(body.outputs[plan.positions[i] as number] as PlanColumn),
    }))
    return { kind: 'project', input: body, columns, outputs: plan.outputs }
  }
  if (plan.kind === 'with') {
    const kept: (typeof plan.ctes)[number][] = []
    for (const { cte, plan: body } of plan.ctes) {
      const inner = inline(body, known, context)
      if (isInlinable(cte, inner)) known.set(cte, { plan: inner, used: false })
      else kept.push({ cte, plan: inner })
    }
    const input = inline(plan.input, known, context)
    return kept.length === 0 ? input : { ...plan, ctes: kept, input }
  }
  return mapInputs(plan, (input) => inline(input, known, context))
}

const isInlinable = (cte: Cte, plan: LogicalPlan): boolean => {
  if (cte.recursive !== null || cte.materialized === 'always') return false
  if (isModification(cte.query)) return false
  if (cte.materialized === 'default' && cte.references !== 1) return false
  return !mustRunAsWritten(plan) && (cte.references === 1 || !isKeyedByCte(plan))
}

/** Parts that find their rows by the CTE they stand for: two copies of them would meet. */
const isKeyedByCte = (plan: LogicalPlan): boolean =>
  plan.kind === 'with' || plan.kind === 'recursive-union' || inputsOf(plan).some(isKeyedByCte)

const mustRunAsWritten = (plan: LogicalPlan): boolean =>
  plan.kind === 'lock-rows' || expressionsOf(plan).some(isVolatileCall) || inputsOf(plan).some(mustRunAsWritten)

const isVolatileCall = (expr: Parameters<typeof isVolatile>[0]): boolean =>
  expr.kind === 'set-call' ? expr.function.volatility === 'volatile' : isVolatile(expr)
