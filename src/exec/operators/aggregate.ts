/**
 * Aggregation by hash tables of groups, one per grouping set. When they outgrow memory no groups are added any more:
 * rows of other groups go to disk, in partitions that are aggregated one after the other when the input is at its end.
 */
import type { Aggregate } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { vectorOf } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import type { ExecutionContext } from '../context.ts'
import { compileExpression, layoutOf, type CompiledExpression } from '../expression/compile.ts'
import type { OperatorCompilation } from '../expression/evaluator.ts'
import { Grouping } from '../hash/grouping.ts'
import type { Operator, Pull } from '../operator.ts'
import { kilobytes, type Reporting, type RunReport } from '../report.ts'
import type { SessionSpill } from '../spill/spill-area.ts'
import { SpillSet } from '../spill/spill-set.ts'

/** Streams of partitions hold back this share of the memory each. */
const BUFFERS = 128

/** Rows to be aggregated: the input with all grouping sets, or a partition on disk with the set it was put off for. */
interface Task {
  readonly rows: Pick<Operator, 'next'>
  readonly sets: readonly (readonly number[])[]
  readonly level: number
  /** The file of a partition on disk. */
  readonly file: SharedFile | null
}

/** A file, and how many of its partitions are still to be aggregated. */
interface SharedFile {
  readonly set: SpillSet
  left: number
}

export class AggregateOperator implements Operator, Reporting {
  readonly #plan: Aggregate
  readonly #input: Operator
  readonly #context: ExecutionContext
  readonly #scope: OperatorCompilation
  readonly #grouped: readonly CompiledExpression[]
  #tasks: Task[] = []
  #task: Task | null = null
  #phase: 'consume' | 'settle' | 'deliver' = 'consume'
  #groupings: Grouping[] = []
  /** Where rows of further groups go, once the groups of the task fill the memory. */
  #overflow: SpillSet | null = null
  readonly #files = new Set<SpillSet>()
  #set = 0
  #group = 0
  #batches = 0
  #memory = 0
  #disk = 0

  constructor(plan: Aggregate, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#context = context
    this.#scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#grouped = plan.groupBy.map((column) => compileExpression(column.expr, this.#scope, { transient: true }))
  }

  open(): void {
    this.#forget()
    this.#batches = 0
    this.#tasks = [{ rows: this.#input, sets: this.#plan.sets, level: 0, file: null }]
    this.#input.open()
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll() ?? this.#held()
      if (wait !== null) return wait
      if (this.#task === null && !this.#startTask()) return null
      const pulled = this.#step(this.#task as Task)
      if (pulled !== null) return pulled
    }
  }

  #held(): Wait | null {
    for (const grouping of this.#groupings) {
      const wait = grouping.held()
      if (wait !== null) return wait
    }
    return this.#overflow?.held() ?? null
  }

  #startTask(): boolean {
    this.#task = this.#tasks.pop() ?? null
    if (this.#task === null) return false
    this.#groupings = this.#task.sets.map((members) => new Grouping(this.#plan, members, this.#scope))
    this.#phase = 'consume'
    this.#batches++
    return true
  }

  /** Goes on with the task a little; null: nothing to deliver yet, or its end. */
  #step(task: Task): Pull {
    switch (this.#phase) {
      case 'consume':
        return this.#consume(task)
      case 'settle':
        for (const grouping of this.#groupings) {
          const wait = grouping.settle()
          if (wait !== null) return wait
        }
        this.#set = 0
        this.#group = 0
        this.#phase = 'deliver'
        return null
      case 'deliver': {
        const batch = this.#nextGroups()
        if (batch === null) this.#endTask(task)
        return batch
      }
    }
  }

  #consume(task: Task): Wait | null {
    const batch = task.rows.next()
    if (batch instanceof Wait) return batch
    if (batch === null) {
      if (task.level === 0) this.#input.close()
      this.#phase = 'settle'
      this.#putOff(task)
      return null
    }
    const grouped = this.#grouped.map((column) => column.vector(batch))
    for (const grouping of this.#groupings) grouping.add(batch, grouped)
    if (this.#overflow === null && this.#bytes() > this.#context.hashMem) this.#fill(task)
    return null
  }

  #bytes(): number {
    let bytes = 0
    for (const grouping of this.#groupings) bytes += grouping.bytes
    this.#memory = Math.max(this.#memory, bytes)
    return bytes
  }

  /** The groups there are now are all that this task aggregates. */
  #fill(task: Task): void {
    if (this.#groupings.every(({ members }) => members.length === 0)) return
    const { outputs } = this.#plan.input
    const types = outputs.map((column) => column.type)
    this.#overflow = new SpillSet(this.#context.spill as SessionSpill, types, this.#context.hashMem / BUFFERS)
    this.#files.add(this.#overflow)
    for (const grouping of this.#groupings) grouping.fill(this.#overflow, task.level)
  }

  /** What went to disk is aggregated when this task is done. */
  #putOff(task: Task): void {
    this.#bytes()
    if (this.#overflow === null) return
    const file: SharedFile = { set: this.#overflow, left: 0 }
    for (const grouping of this.#groupings) {
      for (const stream of grouping.takePutOff()) {
        this.#tasks.push({ rows: stream.reader(), sets: [grouping.members], level: task.level + 1, file })
        file.left++
      }
    }
    this.#disk += this.#overflow.file.size
    if (file.left === 0) this.#closeFile(this.#overflow)
    this.#overflow = null
  }

  #nextGroups(): Batch | null {
    for (; this.#set < this.#groupings.length; this.#set++, this.#group = 0) {
      const grouping = this.#groupings[this.#set] as Grouping
      if (this.#group >= grouping.count) continue
      const to = Math.min(grouping.count, this.#group + BATCH_SIZE)
      const batch = this.#deliver(grouping, this.#group, to)
      this.#group = to
      return batch
    }
    return null
  }

  #deliver(grouping: Grouping, from: number, to: number): Batch {
    const { groupBy, aggregates, groupings } = this.#plan
    const length = to - from
    const columns = [
      ...groupBy.map((column, i) => {
        const member = grouping.members.indexOf(i)
        return member < 0
          ? vectorOf(column.expr.type, new Array<Datum>(length).fill(null))
          : grouping.values(member, from, to)
      }),
      ...aggregates.map(({ call }, i) => {
        const state = grouping.calls[i] as AggregateCall
        return vectorOf(
          call.type,
          Array.from({ length }, (_, k) => state.finish(from + k)),
        )
      }),
      ...groupings.map(({ args }, i) => {
        // One bit per argument, 1 when the argument is not part of this grouping set.
        const bits = args.reduce((n, arg) => n * 2 + (grouping.members.includes(arg) ? 0 : 1), 0)
        const column = this.#plan.outputs[groupBy.length + aggregates.length + i] as Aggregate['outputs'][number]
        return vectorOf(column.type, new Array<Datum>(length).fill(bits))
      }),
    ]
    return new Batch(columns, length)
  }

  #endTask({ file }: Task): void {
    this.#closeGroupings()
    this.#task = null
    if (file === null) return
    file.left--
    if (file.left === 0) this.#closeFile(file.set)
  }

  #closeFile(set: SpillSet): void {
    set.close()
    this.#files.delete(set)
  }

  #closeGroupings(): void {
    for (const grouping of this.#groupings) grouping.close()
    this.#groupings = []
  }

  #forget(): void {
    this.#closeGroupings()
    for (const set of this.#files) this.#closeFile(set)
    this.#tasks = []
    this.#task = null
    this.#overflow = null
  }

  report(): RunReport | null {
    if (this.#plan.strategy !== 'hash' || this.#batches === 0) return null
    const memory = kilobytes(this.#memory)
    const disk = kilobytes(this.#disk)
    return {
      lines: [`Batches: ${this.#batches}  Memory Usage: ${memory}kB${disk > 0 ? `  Disk Usage: ${disk}kB` : ''}`],
      properties: [
        ['HashAgg Batches', this.#batches],
        ['Peak Memory Usage', memory],
        ['Disk Usage', disk],
      ],
    }
  }

  close(): void {
    this.#forget()
    this.#input.close()
  }
}
