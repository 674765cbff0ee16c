/**
 * The disk part of a sort that memory has no room for: sorted runs are written, and merged when all are there. Runs are
 * merged a few at a time, neighbours with neighbours, so that equal rows keep their order.
 */
import type { SortKey } from '../../analyze/expression.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { BATCH_SIZE, type Batch } from '../../vector/batch.ts'
import type { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { OperatorCompilation } from '../expression/evaluator.ts'
import type { Pull } from '../operator.ts'
import { RunMerge } from './run-merge.ts'
import type { SessionSpill } from './spill-area.ts'
import { SpillSet, type SpillStream } from './spill-set.ts'

/** Runs merged at a time. */
const FAN_IN = 16

export class SortedRuns {
  readonly #types: readonly SqlType[]
  readonly #keys: readonly SortKey[]
  readonly #scope: OperatorCompilation
  readonly #context: ExecutionContext
  #set: SpillSet
  #runs: SpillStream[] = []
  /** The run being written: sorted rows, and how many of them are written. */
  #writing: { readonly batch: Batch; readonly order: Int32Array; at: number; readonly run: SpillStream } | null = null
  /** Longer runs made of the first ones, in a file of their own. */
  #merged: { readonly set: SpillSet; readonly runs: SpillStream[]; run: SpillStream } | null = null
  #merge: RunMerge | null = null
  /** Bytes written, for EXPLAIN. */
  bytes = 0

  constructor(types: readonly SqlType[], keys: readonly SortKey[], scope: OperatorCompilation) {
    this.#types = types
    this.#keys = keys
    this.#scope = scope
    this.#context = scope.context
    this.#set = this.#newSet()
  }

  #newSet(): SpillSet {
    return new SpillSet(this.#context.spill as SessionSpill, this.#types, this.#context.workMem / (2 * FAN_IN))
  }

  /** Begins to write rows in an order of their positions; `write` goes on with it. */
  start(batch: Batch, order: Int32Array): void {
    this.#writing = { batch, order, at: 0, run: this.#set.stream() }
  }

  /** Null once the run is written. */
  write(): Wait | null {
    const writing = this.#writing
    while (writing !== null && writing.at < writing.order.length) {
      const wait = this.#set.held() ?? this.#context.poll()
      if (wait !== null) return wait
      const end = Math.min(writing.at + BATCH_SIZE, writing.order.length)
      writing.run.add(writing.batch.select(writing.order.subarray(writing.at, end)))
      writing.at = end
    }
    if (writing !== null) {
      writing.run.finish()
      this.#runs.push(writing.run)
      this.bytes = Math.max(this.bytes, this.#set.file.size)
      this.#writing = null
    }
    return null
  }

  /** The rows of all runs in order, once the last is written. */
  next(): Pull {
    for (;;) {
      const wait = this.#set.held() ?? this.#merged?.set.held() ?? this.#context.poll()
      if (wait !== null) return wait
      if (this.#merge === null) {
        if (this.#merged === null && this.#runs.length > FAN_IN) this.#startPass()
        const runs = this.#merged === null ? this.#runs : this.#runs.splice(0, FAN_IN)
        this.#merge = new RunMerge(
          runs.map((run) => run.reader()),
          this.#types,
          this.#keys,
          this.#scope,
        )
      }
      const pulled = this.#merge.next()
      if (this.#merged === null) return pulled
      if (pulled === null) this.#endMerge(this.#merged)
      else if ('promise' in pulled) return pulled
      else this.#merged.run.add(pulled)
    }
  }

  #startPass(): void {
    const set = this.#newSet()
    this.#merged = { set, runs: [], run: set.stream() }
  }

  /** One longer run is complete; after the last of a pass they take the place of those they were made of. */
  #endMerge(merged: { readonly set: SpillSet; readonly runs: SpillStream[]; run: SpillStream }): void {
    this.#merge = null
    merged.run.finish()
    merged.runs.push(merged.run)
    this.bytes = Math.max(this.bytes, this.#set.file.size + merged.set.file.size)
    if (this.#runs.length > 0) {
      merged.run = merged.set.stream()
      return
    }
    this.#set.close()
    this.#set = merged.set
    this.#runs = merged.runs
    this.#merged = null
  }

  close(): void {
    this.#set.close()
    this.#merged?.set.close()
    this.#merge = null
    this.#writing = null
  }
}
