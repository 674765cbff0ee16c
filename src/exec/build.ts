/** Physical plans to operator trees: one line per kind of node. */
import type { Delete, Merge, PhysicalPlan, Update } from '../plan/physical.ts'
import { inputsOfPhysical } from '../plan/physical-inputs.ts'
import type { ExecutionContext } from './context.ts'
import { InsertOperator } from './modify/insert.ts'
import { MergeOperator } from './modify/merge.ts'
import type { RowEvents } from './modify/row-events.ts'
import type { RecheckSource } from './modify/row-recheck.ts'
import { DeleteOperator, UpdateOperator } from './modify/update-delete.ts'
import type { Operator } from './operator.ts'
import { AggregateOperator } from './operators/aggregate.ts'
import { ApplyOperator } from './operators/apply.ts'
import { BlockingFilterOperator, BlockingProjectOperator, isBlocking, waitingScan } from './operators/blocking.ts'
import { CteScanOperator, RecursiveUnionOperator, WithOperator, WorkTableScanOperator } from './operators/cte.ts'
import { FunctionScanOperator, ProjectSetOperator } from './operators/functions.ts'
import { HashJoinOperator } from './operators/hash-join.ts'
import { LockRowsOperator } from './operators/lock-rows.ts'
import { MergeJoinOperator } from './operators/merge-join.ts'
import { NestedLoopOperator } from './operators/nested-loop.ts'
import { IndexScanOperator, SeqScanOperator, SystemScanOperator } from './operators/scan.ts'
import { SetOperationOperator } from './operators/sets.ts'
import {
  AppendOperator,
  FilterOperator,
  LimitOperator,
  ProjectOperator,
  ResultOperator,
  UniqueOperator,
  ValuesOperator,
} from './operators/simple.ts'
import { SortOperator } from './operators/sort.ts'
import { WindowOperator } from './operators/window.ts'

/** Told of every operator that is made, so that EXPLAIN ANALYZE can count what passes through it. */
export type Instrument = (plan: PhysicalPlan, operator: Operator) => Operator

/**
 * Kinds of nodes whose operators take what belongs to one execution from their context when they are opened or pulled:
 * they may run again for another one (`ExecutionContext.renew`).
 */
const RENEWABLE: ReadonlySet<PhysicalPlan['kind']> = new Set([
  'result',
  'values-scan',
  'index-scan',
  'filter',
  'project',
  'limit',
  'insert',
  'update',
  'delete',
] as const)

/** Whether the operators of a plan may serve one execution after another. */
export const isRenewable = (plan: PhysicalPlan): boolean =>
  RENEWABLE.has(plan.kind) &&
  !(plan.kind === 'project' && isBlocking(plan)) &&
  inputsOfPhysical(plan).every(isRenewable)

const asIs: Instrument = (_plan, operator) => operator

export const buildOperator = (
  plan: PhysicalPlan,
  context: ExecutionContext,
  events: RowEvents,
  instrument: Instrument = asIs,
): Operator => {
  const build = (input: PhysicalPlan): Operator => buildOperator(input, context, events, instrument)
  // Rechecks run the same source under another context.
  const rebuild = (input: PhysicalPlan, other: ExecutionContext): Operator => buildOperator(input, other, events)
  const again = ({ source, rowid }: Update | Delete | Merge): RecheckSource => ({
    plan: source,
    rowid,
    build: rebuild,
    renewable: isRenewable(source),
  })
  const make = (): Operator => {
    switch (plan.kind) {
      case 'seq-scan':
        return new SeqScanOperator(plan, context)
      case 'system-scan':
        return new SystemScanOperator(plan, context)
      case 'index-scan':
        return new IndexScanOperator(plan, context)
      case 'result':
        return new ResultOperator(plan)
      case 'values-scan':
        return new ValuesOperator(plan, context)
      case 'function-scan': {
        const waiting = waitingScan(plan)
        return waiting === null
          ? new FunctionScanOperator(plan, context)
          : new BlockingProjectOperator(waiting, build(waiting.input), context)
      }
      case 'cte-scan':
        return new CteScanOperator(plan, context)
      case 'work-table-scan':
        return new WorkTableScanOperator(plan, context)
      case 'filter':
        return isBlocking(plan)
          ? new BlockingFilterOperator(plan, build(plan.input), context)
          : new FilterOperator(plan, build(plan.input), context)
      case 'project':
        return isBlocking(plan)
          ? new BlockingProjectOperator(plan, build(plan.input), context)
          : new ProjectOperator(plan, build(plan.input), context)
      case 'project-set':
        return new ProjectSetOperator(plan, build(plan.input), context)
      case 'hash-join':
        return new HashJoinOperator(plan, build(plan.left), build(plan.right), context)
      case 'merge-join':
        return new MergeJoinOperator(plan, build(plan.left), build(plan.right), context)
      case 'nested-loop':
        return new NestedLoopOperator(plan, build(plan.left), build(plan.right), context)
      case 'apply':
        return new ApplyOperator(plan, build(plan.input), build(plan.subplan), context)
      case 'aggregate':
        return new AggregateOperator(plan, build(plan.input), context)
      case 'window':
        return new WindowOperator(plan, build(plan.input), context)
      case 'sort':
      case 'top-n':
        return new SortOperator(plan, build(plan.input), context)
      case 'limit':
        return new LimitOperator(plan, build(plan.input), context)
      case 'unique':
        return new UniqueOperator(plan, build(plan.input), context)
      case 'append':
        return new AppendOperator(plan, plan.inputs.map(build), context)
      case 'hash-set-operation':
        return new SetOperationOperator(plan, build(plan.left), build(plan.right), context)
      case 'recursive-union':
        return new RecursiveUnionOperator(plan, build(plan.base), build(plan.step), context)
      case 'with':
        return new WithOperator(
          plan,
          plan.ctes.map((c) => build(c.plan)),
          build(plan.input),
          context,
        )
      case 'lock-rows':
        return new LockRowsOperator(plan, build(plan.input), context, rebuild)
      case 'insert':
        return new InsertOperator(plan, plan.source === null ? null : build(plan.source), context, events, build)
      case 'update':
        return new UpdateOperator(plan, build(plan.source), context, events, again(plan), build)
      case 'merge':
        return new MergeOperator(plan, build(plan.source), context, events, again(plan), build)
      case 'delete':
        return new DeleteOperator(plan, build(plan.source), context, events, again(plan))
    }
  }
  return instrument(plan, make())
}
