/** Chooses a physical operator for every logical node. */
import type { ColumnId, Expr } from '../analyze/expression.ts'
import { conjunction, conjuncts } from '../analyze/nodes.ts'
import { mentionedColumns } from '../analyze/walk.ts'
import { inputsOf, type LogicalJoin, type LogicalPlan } from '../plan/logical.ts'
import type { Estimate, JoinKey, PhysicalPlan, PlanColumn } from '../plan/physical.ts'
import { OID } from '../types/oids.ts'
import { outerColumns } from './correlation.ts'
import type { OptimizerContext } from './optimize.ts'

export const physicalPlan = (plan: LogicalPlan, context: OptimizerContext): PhysicalPlan => {
  const inputs = inputsOf(plan).map((input) => physicalPlan(input, context))
  const [first, second] = inputs as [PhysicalPlan, PhysicalPlan]
  const { outputs } = plan
  const estimate = estimateOf(plan, inputs, context)
  switch (plan.kind) {
    case 'scan': {
      const { relation, alias } = plan.item
      const kind = relation.system === null ? 'seq-scan' : 'system-scan'
      return { kind, relation, alias, attnums: plan.attnums, filter: plan.filter, outputs, estimate }
    }
    case 'result':
      return { kind: 'result', outputs, estimate }
    case 'values':
      return { kind: 'values-scan', rows: plan.rows, outputs, estimate }
    case 'function':
      return { kind: 'function-scan', item: plan.item, outputs, estimate }
    case 'cte-scan': {
      const { cte, positions } = plan
      return { kind: plan.working ? 'work-table-scan' : 'cte-scan', cte, positions, outputs, estimate }
    }
    case 'filter':
      return { kind: 'filter', input: first, condition: plan.condition, outputs, estimate }
    case 'project':
      return { kind: 'project', input: first, columns: plan.columns, outputs, estimate }
    case 'project-set':
      return { kind: 'project-set', input: first, columns: plan.columns, outputs, estimate }
    case 'join':
      return join(plan, first, second, estimate, context)
    case 'apply': {
      const available = new Set(plan.input.outputs.map((c) => c.id))
      const parameters = [...outerColumns(plan.subplan)].filter((id) => available.has(id))
      const { form, column, value, test } = plan
      return { kind: 'apply', input: first, subplan: second, form, column, value, test, parameters, outputs, estimate }
    }
    case 'aggregate': {
      const { groupBy, sets, aggregates, groupings } = plan
      const strategy = groupBy.length === 0 && sets.length === 1 ? 'plain' : 'hash'
      return { kind: 'aggregate', strategy, input: first, groupBy, sets, aggregates, groupings, outputs, estimate }
    }
    case 'window':
      return { kind: 'window', input: first, spec: plan.spec, calls: plan.calls, outputs, estimate }
    case 'sort':
      return { kind: 'sort', input: first, keys: plan.keys, outputs, estimate }
    case 'limit': {
      const { limit, offset, ties } = plan
      return { kind: 'limit', input: topN(first, limit, offset, ties !== null), limit, offset, ties, outputs, estimate }
    }
    case 'unique':
      return { kind: 'unique', input: first, keys: plan.keys, outputs, estimate }
    case 'append':
      return { kind: 'append', inputs, outputs, estimate }
    case 'set-operation':
      return {
        kind: 'hash-set-operation',
        operation: plan.operation,
        all: plan.all,
        left: first,
        right: second,
        outputs,
        estimate,
      }
    case 'recursive-union':
      return { kind: 'recursive-union', cte: plan.cte, base: first, step: second, all: plan.all, outputs, estimate }
    case 'with':
      return {
        kind: 'with',
        ctes: plan.ctes.map((c, i) => ({ cte: c.cte, plan: inputs[i] as PhysicalPlan })),
        input: inputs.at(-1) as PhysicalPlan,
        outputs,
        estimate,
      }
    case 'lock-rows':
      return { kind: 'lock-rows', input: first, locks: plan.locks, outputs, estimate }
    case 'insert':
      return { kind: 'insert', query: plan.query, source: plan.source === null ? null : first, outputs, estimate }
    case 'update': {
      const { query, rowid, values } = plan
      return { kind: 'update', query, source: first, rowid, values, outputs, estimate }
    }
    case 'delete':
      return { kind: 'delete', query: plan.query, source: first, rowid: plan.rowid, outputs, estimate }
  }
}

/** A sort directly under LIMIT keeps only as many rows as are asked for. */
const topN = (input: PhysicalPlan, limit: Expr | null, offset: Expr | null, ties: boolean): PhysicalPlan =>
  input.kind === 'sort' && limit !== null && !ties ? { ...input, kind: 'top-n', limit, offset } : input

const join = (
  plan: LogicalJoin,
  left: PhysicalPlan,
  right: PhysicalPlan,
  estimate: Estimate,
  context: OptimizerContext,
): PhysicalPlan => {
  const { type, outputs, condition } = plan
  const available = new Set(plan.left.outputs.map((c) => c.id))
  const parameters = plan.lateral ? [...outerColumns(plan.right)].filter((id) => available.has(id)) : []
  const { keys, residual } = equalities(condition, plan.left.outputs, plan.right.outputs)
  if (parameters.length === 0 && keys.length > 0) {
    const rest = conjunction(residual, context.typeOf(OID.bool))
    return { kind: 'hash-join', type, left, right, keys, residual: rest, nullAware: plan.nullAware, outputs, estimate }
  }
  return { kind: 'nested-loop', type, left, right, condition, parameters, outputs, estimate }
}

/** Splits a condition into hashable `left = right` pairs and the rest. */
const equalities = (condition: Expr | null, left: readonly PlanColumn[], right: readonly PlanColumn[]) => {
  const leftIds = new Set(left.map((c) => c.id))
  const rightIds = new Set(right.map((c) => c.id))
  const keys: JoinKey[] = []
  const residual: Expr[] = []
  for (const conjunct of conjuncts(condition)) {
    const key = joinKeyOf(conjunct, leftIds, rightIds)
    if (key === null) residual.push(conjunct)
    else keys.push(key)
  }
  return { keys, residual }
}

const joinKeyOf = (expr: Expr, left: ReadonlySet<ColumnId>, right: ReadonlySet<ColumnId>): JoinKey | null => {
  if (expr.kind !== 'call' || expr.operator === null || !expr.operator.hashes || expr.args.length !== 2) return null
  const [a, b] = expr.args as [Expr, Expr]
  if (a.type.hashKey === null || b.type.hashKey === null) return null
  if (within(a, left) && within(b, right)) return { left: a, right: b, operator: expr.operator }
  if (within(a, right) && within(b, left)) return { left: b, right: a, operator: expr.operator }
  return null
}

/** The expression uses columns, all of them among `ids`. */
const within = (expr: Expr, ids: ReadonlySet<ColumnId>): boolean => {
  const mentioned = mentionedColumns(expr)
  return mentioned.size > 0 && mentioned.isSubsetOf(ids)
}

const estimateOf = (plan: LogicalPlan, inputs: readonly PhysicalPlan[], context: OptimizerContext): Estimate => {
  const rows =
    plan.kind === 'scan' ? context.tables.rowCount(plan.item.relation.storageId) : (inputs[0]?.estimate.rows ?? 1)
  const below = inputs.reduce((cost, input) => cost + input.estimate.totalCost, 0)
  return { rows, startupCost: 0, totalCost: below + rows * 0.01, width: plan.outputs.length * 8 }
}
