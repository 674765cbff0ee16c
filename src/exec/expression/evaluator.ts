/** What expressions become: functions of a batch and a position in it. */
import type { ColumnId } from '../../analyze/expression.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import type { ExecutionContext } from '../context.ts'
import type { Replay } from './replay.ts'

/** The value at a physical position of a batch. */
export type Evaluator = (batch: Batch, position: number) => Datum

/** Where the columns of an input are in its batches. */
export type Layout = ReadonlyMap<ColumnId, number>

/** What expressions need of an execution. */
export type EvaluationContext = Pick<ExecutionContext, 'eval' | 'catalog' | 'parameters' | 'outer'>

export interface Compilation {
  readonly context: EvaluationContext
  readonly layout: Layout
  /** Keeps what volatile functions answered; only with it may functions wait. */
  readonly replay?: Replay
}

/** For operators, which need the execution as a whole. */
export interface OperatorCompilation extends Compilation {
  readonly context: ExecutionContext
}
