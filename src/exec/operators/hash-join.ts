/**
 * Hash join: a table over the right input's rows, probed with the left's. When the right rows outgrow memory both sides
 * are split by their keys' hashes; what is not in memory goes to disk and is joined afterwards, partition by partition.
 * A partition that splitting does not make smaller (one key's rows) is joined a piece of its right rows at a time.
 */
import type { HashJoin } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { vectorBytes } from '../../vector/size.ts'
import type { AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { JoinProbe } from '../hash/join-probe.ts'
import { KeyTable } from '../hash/key-table.ts'
import { RowHash } from '../hash/row-hash.ts'
import type { Operator, Pull } from '../operator.ts'
import { kilobytes, type Reporting, type RunReport } from '../report.ts'
import { BuildPartitions } from '../spill/build-partitions.ts'
import { PARTITIONS, partitionOf, remainingRows, splitRows } from '../spill/partition.ts'
import type { SessionSpill } from '../spill/spill-area.ts'
import { SpillSet, type SpillStream } from '../spill/spill-set.ts'

/** Bytes that the table takes per row and key column. */
const ENTRY_BYTES = 40
/** Beyond this level a partition is not split again. */
const MAX_LEVEL = 6
/** A partition with this share of the rows that were split is one key's for the most part. */
const HARDLY_SMALLER = 0.9
/** Dropping duplicates was of use when it leaves no more than this share of the memory taken. */
const USEFUL = 0.7
/** Streams of partitions hold back this share of the memory each. */
const BUFFERS = 128

type Source = Pick<Operator, 'next'>

/** The files of the partitions that one splitting made. */
interface Split {
  readonly build: SpillSet
  readonly probe: SpillSet
  /** Partitions not joined yet. */
  left: number
}

/** Two inputs to be joined: the operator's own at level 0, a partition on disk at others. */
interface Task {
  build: Source
  probe: Source
  readonly level: number
  readonly disk: {
    readonly split: Split
    readonly build: SpillStream
    readonly probe: SpillStream
    /** Splitting made it hardly smaller. */
    readonly whole: boolean
  } | null
}

/** What of a task's right rows is on disk: they and the left rows they may match wait there. */
interface Partitioned {
  readonly split: Split
  readonly partitions: BuildPartitions
  readonly probe: (SpillStream | null)[]
}

export class HashJoinOperator implements Operator, Reporting {
  readonly #plan: HashJoin
  readonly #left: Operator
  readonly #right: Operator
  readonly #context: ExecutionContext
  readonly #core: JoinProbe
  readonly #leftHash: RowHash
  readonly #rightHash: RowHash
  #tasks: Task[] = []
  #task: Task | null = null
  #splits = new Set<Split>()
  #phase: 'build' | 'probe' | 'rest' = 'build'
  #collector: BatchCollector
  #partitioned: Partitioned | null = null
  /** Rows collected before splitting began, and how many of them are split. */
  #splitting: { readonly rows: Batch; at: number } | null = null
  /** Keys of the right rows, once duplicates are dropped. */
  #known: KeyTable | null = null
  /** Right rows read by the task, and of those a NULL key was seen. */
  #buildRows = 0
  #hasNull = false
  /** A partition joined in pieces: whether there are more right rows, and which left rows found a match. */
  #pieces: { more: boolean; readonly matched: Uint8Array | null; row: number; final: boolean } | null = null
  #batches = 0
  #memory = 0
  #rows = 0

  constructor(plan: HashJoin, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    this.#context = context
    this.#core = new JoinProbe(plan, context)
    this.#leftHash = new RowHash(this.#core.leftHashes)
    this.#rightHash = new RowHash(this.#core.rightHashes)
    this.#collector = this.#emptyCollector()
  }

  #emptyCollector(): BatchCollector {
    return new BatchCollector(this.#plan.right.outputs.map((column) => column.type))
  }

  open(): void {
    this.#forget()
    this.#batches = 0
    this.#hasNull = false
    this.#core.dropNullKeys = false
    this.#tasks = [{ build: this.#right, probe: this.#left, level: 0, disk: null }]
    this.#right.open()
    this.#left.open()
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll() ?? this.#held()
      if (wait !== null) return wait
      this.#task ??= this.#nextTask()
      if (this.#task === null) return null
      const pulled = this.#step(this.#task)
      if (pulled !== null) return pulled
    }
  }

  #held(): Wait | null {
    const split = this.#partitioned?.split
    return split === undefined ? null : (split.build.held() ?? split.probe.held())
  }

  #nextTask(): Task | null {
    const task = this.#tasks.pop()
    if (task === undefined) return null
    this.#phase = 'build'
    this.#buildRows = 0
    this.#collector = this.#emptyCollector()
    const whole = task.disk !== null && (task.disk.whole || task.level > MAX_LEVEL)
    if (whole) {
      const { type } = this.#plan
      const flagged = type !== 'inner' && type !== 'right'
      const matched = flagged ? new Uint8Array(task.disk?.probe.rows ?? 0) : null
      this.#pieces = { more: true, matched, row: 0, final: false }
    }
    return task
  }

  /** Goes on with the task a little; null: nothing to deliver yet, or its end. */
  #step(task: Task): Pull {
    switch (this.#phase) {
      case 'build':
        return this.#build(task)
      case 'probe':
        return this.#core.active ? this.#core.next() : this.#probe(task)
      case 'rest': {
        const batch = this.#core.unmatchedRight()
        if (batch === null) this.#endTable(task)
        return batch
      }
    }
  }

  #build(task: Task): Wait | null {
    if (this.#splitting !== null) {
      this.#splitMore(this.#splitting, task.level)
      return null
    }
    if (this.#pieces?.final === true) {
      this.#startProbe(task, this.#collector.finish())
      return null
    }
    const batch = task.build.next()
    if (batch instanceof Wait) return batch
    if (batch === null) {
      if (this.#pieces !== null) this.#pieces.more = false
      this.#startProbe(task, this.#partitioned?.partitions.finish() ?? this.#collector.finish())
      return null
    }
    this.#buildRows += batch.count
    if (this.#partitioned !== null) {
      this.#splitBuild(this.#partitioned, batch, task.level)
      return null
    }
    this.#collector.add(this.#firstOfKeys(batch))
    if (this.#tableBytes() <= this.#context.hashMem) return null
    if (this.#pieces !== null) this.#startProbe(task, this.#collector.finish())
    else if (!this.#dropDuplicates()) this.#startSplitting()
    return null
  }

  /** Where one row of each key is enough, keeps no others; false when that does not help. */
  #dropDuplicates(): boolean {
    const { type, residual } = this.#plan
    if (this.#known !== null || residual !== null || (type !== 'semi' && type !== 'anti')) return false
    this.#known = new KeyTable(this.#core.rightHashes, false)
    const rows = this.#collector.finish()
    this.#collector = this.#emptyCollector()
    this.#collector.add(this.#firstOfKeys(rows))
    return this.#tableBytes() <= USEFUL * this.#context.hashMem
  }

  /** The live rows with keys that did not come before, once duplicates are dropped. */
  #firstOfKeys(batch: Batch): Batch {
    const known = this.#known
    if (known === null) return batch
    let next = known.count
    const numbers = known.add(batch, this.#core.rightKeys(batch))
    const first = new Int32Array(known.count - next)
    let found = 0
    for (let k = 0; k < numbers.length; k++) {
      const number = numbers[k] as number
      if (number < 0) this.#hasNull = true
      if (number !== next) continue
      // New keys are numbered in the order of their first rows.
      first[found++] = batch.position(k)
      next++
    }
    return batch.select(first)
  }

  #tableBytes(): number {
    return this.#collector.bytes + this.#collector.count * ENTRY_BYTES * this.#plan.keys.length
  }

  #startSplitting(): void {
    this.#memory = Math.max(this.#memory, this.#tableBytes())
    this.#known = null
    const split: Split = { build: this.#newSet(this.#plan.right), probe: this.#newSet(this.#plan.left), left: 0 }
    this.#splits.add(split)
    const rowBytes = ENTRY_BYTES * this.#plan.keys.length
    this.#partitioned = {
      split,
      partitions: new BuildPartitions(split.build, this.#context.hashMem, rowBytes),
      probe: new Array<SpillStream | null>(PARTITIONS).fill(null),
    }
    this.#splitting = { rows: this.#collector.finish(), at: 0 }
    this.#collector = this.#emptyCollector()
  }

  #newSet({ outputs }: HashJoin['left']): SpillSet {
    const types = outputs.map((column) => column.type)
    return new SpillSet(this.#context.spill as SessionSpill, types, this.#context.hashMem / BUFFERS)
  }

  /** Splits some of the rows that were collected before. */
  #splitMore(splitting: { readonly rows: Batch; at: number }, level: number): void {
    const { rows, at } = splitting
    const to = Math.min(rows.length, at + BATCH_SIZE)
    const columns = rows.columns.map((column) => column.slice(at, to) as AnyVector)
    this.#splitBuild(this.#partitioned as Partitioned, new Batch(columns, to - at), level)
    splitting.at = to
    if (to === rows.length) this.#splitting = null
  }

  #splitBuild({ partitions }: Partitioned, batch: Batch, level: number): void {
    const keys = this.#core.rightKeys(batch)
    const split = this.#rightHash.hash(batch, keys)
    const nulls = nullKeys(batch, keys)
    const { type } = this.#plan
    const keepsNulls = type === 'right' || type === 'full'
    for (let k = 0; k < split.length; k++) {
      if (nulls?.[k] !== 1) split[k] = partitionOf(split[k] as number, level)
      else {
        // They match nothing: any partition will do, and many are better than one.
        this.#hasNull = true
        split[k] = keepsNulls ? k % PARTITIONS : -1
      }
    }
    partitions.add(batch, split)
  }

  #startProbe(task: Task, rows: Batch): void {
    this.#rows = Math.max(this.#rows, rows.length)
    this.#batches++
    this.#known = null
    this.#core.build(rows)
    this.#hasNull ||= this.#core.hasNull
    this.#collector = this.#emptyCollector()
    if (task.level === 0) this.#right.close()
    if (this.#plan.nullAware && task.level === 0) this.#core.dropNullKeys = this.#buildRows > 0
    this.#memory = Math.max(this.#memory, rowBytes(rows) + rows.length * ENTRY_BYTES * this.#plan.keys.length)
    this.#phase = 'probe'
    if (this.#pieces !== null && task.disk !== null) {
      this.#pieces.row = 0
      task.probe = task.disk.probe.reader()
    }
  }

  /** Takes up the next left rows. */
  #probe(task: Task): Wait | null {
    if (this.#plan.nullAware && this.#hasNull) {
      // NOT IN is never true where a right value is unknown.
      this.#tasks = []
      this.#endTask(task)
      return null
    }
    const pulled = task.probe.next()
    if (pulled instanceof Wait) return pulled
    if (pulled === null) {
      this.#phase = 'rest'
      return null
    }
    const pieces = this.#pieces
    if (pieces !== null) {
      const matched = pieces.matched?.subarray(pieces.row, pieces.row + pulled.count)
      pieces.row += pulled.count
      this.#core.start(pulled, matched, pieces.final)
      return null
    }
    const batch = this.#partitioned === null ? pulled : this.#keepResident(this.#partitioned, pulled, task.level)
    if (batch !== null) this.#core.start(batch)
    return null
  }

  /** Puts off the left rows whose matches are on disk; answers the others. */
  #keepResident({ partitions, probe, split }: Partitioned, batch: Batch, level: number): Batch | null {
    const keys = this.#core.leftKeys(batch)
    const targets = this.#leftHash.hash(batch, keys)
    const nulls = nullKeys(batch, keys)
    for (let k = 0; k < targets.length; k++) {
      const partition = partitionOf(targets[k] as number, level)
      targets[k] = nulls?.[k] === 1 || (partitions.streams[partition] ?? null) === null ? -1 : partition
    }
    const recoded = split.probe.recoded(batch)
    splitRows(recoded, targets, (partition, rows) => {
      const stream = (probe[partition] ??= split.probe.stream())
      stream.add(rows)
    })
    return remainingRows(batch, targets)
  }

  /** All left rows met the present table: the next piece, or the end of the task. */
  #endTable(task: Task): void {
    const pieces = this.#pieces
    if (pieces === null || pieces.final) return this.#endTask(task)
    if (pieces.more) this.#phase = 'build'
    else if (pieces.matched !== null && this.#plan.type !== 'semi') {
      // Once more through the left rows, for those that found no match.
      pieces.final = true
      this.#phase = 'build'
    } else this.#endTask(task)
  }

  #endTask(task: Task): void {
    this.#core.clear()
    this.#pieces = null
    this.#task = null
    if (this.#partitioned !== null) this.#addTasks(this.#partitioned, task.level + 1)
    this.#partitioned = null
    if (task.disk === null) return
    const { split } = task.disk
    split.left--
    if (split.left === 0) this.#closeSplit(split)
  }

  /** What is on disk is to be joined next. */
  #addTasks({ split, partitions, probe }: Partitioned, level: number): void {
    for (let p = 0; p < PARTITIONS; p++) {
      const build = partitions.streams[p] ?? null
      if (build === null) continue
      const rows = (probe[p] ??= split.probe.stream())
      rows.finish()
      const disk = { split, build, probe: rows, whole: build.rows > HARDLY_SMALLER * this.#buildRows }
      split.left++
      this.#tasks.push({ build: build.reader(), probe: rows.reader(), level, disk })
    }
    if (split.left === 0) this.#closeSplit(split)
  }

  #closeSplit(split: Split): void {
    split.build.close()
    split.probe.close()
    this.#splits.delete(split)
  }

  #forget(): void {
    for (const split of this.#splits) this.#closeSplit(split)
    this.#core.clear()
    this.#tasks = []
    this.#task = null
    this.#partitioned = null
    this.#splitting = null
    this.#known = null
    this.#pieces = null
    this.#collector = this.#emptyCollector()
  }

  report(): RunReport | null {
    if (this.#batches === 0) return null
    const buckets = 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(1, this.#rows))))
    const memory = kilobytes(this.#memory)
    return {
      lines: [`Buckets: ${buckets}  Batches: ${this.#batches}  Memory Usage: ${memory}kB`],
      properties: [
        ['Hash Buckets', buckets],
        ['Hash Batches', this.#batches],
        ['Peak Memory Usage', memory],
      ],
    }
  }

  close(): void {
    this.#forget()
    this.#left.close()
    this.#right.close()
  }
}

const rowBytes = (rows: Batch): number => rows.columns.reduce((bytes, column) => bytes + vectorBytes(column), 0)

/** By live row: 1 where a key is NULL. Null when no key is. */
const nullKeys = (batch: Batch, keys: readonly AnyVector[]): Uint8Array | null => {
  let nulls: Uint8Array | null = null
  for (const key of keys) {
    if ('nulls' in key && key.nulls === null) continue
    for (let k = 0; k < batch.count; k++) {
      if (!key.isNull(batch.position(k))) continue
      nulls ??= new Uint8Array(batch.count)
      nulls[k] = 1
    }
  }
  return nulls
}
