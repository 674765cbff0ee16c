/**
 * INTERSECT and EXCEPT by hashing whole rows; NULLs count as equal. When the rows outgrow memory none are added to the
 * table any more: rows that it does not have go to disk, from both sides in the same partitions, and are dealt with one
 * partition after the other.
 */
import type { HashSetOperation, PhysicalPlan } from '../../plan/physical.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { datumBytes } from '../../vector/size.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import type { HashKey } from '../hash/column-codes.ts'
import { RowHash } from '../hash/row-hash.ts'
import { groupKey, type Key } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'
import { PARTITIONS, partitionOf, remainingRows, splitRows } from '../spill/partition.ts'
import type { SessionSpill } from '../spill/spill-area.ts'
import { SpillSet, type SpillStream } from '../spill/spill-set.ts'

/** Bytes of an entry beside its key. */
const ENTRY_BYTES = 80
/** Streams of partitions hold back this share of the memory each. */
const BUFFERS = 128

type RowKey = (batch: Batch, position: number) => Key
type Source = Pick<Operator, 'next'>

const wholeRow = (plan: PhysicalPlan, context: ExecutionContext): RowKey => {
  const exprs = plan.outputs.map(({ id, name, type }) => ({ kind: 'column', id, name, type, typmod: -1 }) as const)
  const key = groupKey(exprs, { context, layout: layoutOf(plan.outputs) })
  return exprs.length === 0 ? () => '' : key
}

/** One kind of row. */
interface Entry {
  /** How often it occurs on the right, less those used up. */
  count: number
  /** Already delivered, where duplicates are not wanted. */
  delivered: boolean
}

/** Rows of both sides that are to be compared: the inputs, or a partition on disk. */
interface Task {
  readonly left: Source
  readonly right: Source
  readonly level: number
}

/** Where rows go that the table does not have; both sides are split alike. */
interface PutOff {
  readonly set: SpillSet
  readonly hash: RowHash
  readonly left: (SpillStream | null)[]
  readonly right: (SpillStream | null)[]
}

const noStreams = (): (SpillStream | null)[] => new Array<SpillStream | null>(PARTITIONS).fill(null)

export class SetOperationOperator implements Operator {
  readonly #plan: HashSetOperation
  readonly #left: Operator
  readonly #right: Operator
  readonly #context: ExecutionContext
  readonly #leftKey: RowKey
  readonly #rightKey: RowKey
  #tasks: Task[] = []
  #task: Task | null = null
  #built = false
  #entries = new Map<Key, Entry>()
  #bytes = 0
  #putOff: PutOff | null = null
  #sets: SpillSet[] = []

  constructor(plan: HashSetOperation, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    this.#context = context
    this.#leftKey = wholeRow(plan.left, context)
    this.#rightKey = wholeRow(plan.right, context)
  }

  open(): void {
    this.#forget()
    this.#tasks = [{ left: this.#left, right: this.#right, level: 0 }]
    this.#right.open()
    this.#left.open()
  }

  next(): Pull {
    for (;;) {
      const wait = this.#context.poll() ?? this.#putOff?.set.held() ?? null
      if (wait !== null) return wait
      if (this.#task === null) {
        this.#task = this.#tasks.pop() ?? null
        if (this.#task === null) return null
        this.#built = false
      }
      const pulled = this.#built ? this.#compare(this.#task) : this.#build(this.#task)
      if (pulled !== null) return pulled
    }
  }

  /** Counts the next rows of the right side. */
  #build({ right, level }: Task): Wait | null {
    const batch = right.next()
    if (batch instanceof Wait) return batch
    if (batch === null) {
      this.#built = true
      if (level === 0) this.#right.close()
      return null
    }
    const targets = this.#targets(batch, level)
    for (let k = 0; k < batch.count; k++) {
      const key = this.#rightKey(batch, batch.position(k))
      const entry = this.#entries.get(key)
      if (entry !== undefined) entry.count++
      else if (targets === null) this.#add(key, { count: 1, delivered: false })
      else continue
      if (targets !== null) targets[k] = -1
    }
    if (targets !== null) this.#write(batch, targets, 'right')
    this.#fillWhenFull()
    return null
  }

  /** Delivers what is to be delivered of the next rows of the left side. */
  #compare(task: Task): Pull {
    const batch = task.left.next()
    if (batch instanceof Wait) return batch
    if (batch === null) {
      this.#endTask(task)
      return null
    }
    const targets = this.#targets(batch, task.level)
    const verdicts = new Int32Array(batch.count)
    for (let k = 0; k < verdicts.length; k++) {
      const key = this.#leftKey(batch, batch.position(k))
      const target = targets === null ? -1 : (targets[k] as number)
      const verdict = this.#verdict(key, target)
      verdicts[k] = verdict
      if (targets !== null && verdict !== LATER) targets[k] = -1
    }
    if (targets !== null) this.#write(batch, targets, 'left')
    this.#fillWhenFull()
    return remainingRows(batch, verdicts)
  }

  /** What becomes of a left row whose partition is `target` (-1: nothing is put off). */
  #verdict(key: Key, target: number): number {
    const { all } = this.#plan
    const intersect = this.#plan.operation === 'intersect'
    const entry = this.#entries.get(key)
    if (entry === undefined) {
      // What is not on the right at all waits only for its duplicates.
      if (target >= 0 && ((!all && !intersect) || this.#putOff?.right[target] !== null)) return LATER
      if (intersect) return DROP
      if (!all) this.#add(key, { count: 0, delivered: true })
      return KEEP
    }
    if (all) {
      // Each right row pairs with one left row.
      const paired = entry.count > 0
      if (paired) entry.count--
      return paired === intersect ? KEEP : DROP
    }
    if (entry.delivered || entry.count > 0 !== intersect) return DROP
    entry.delivered = true
    return KEEP
  }

  #add(key: Key, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#bytes += ENTRY_BYTES + datumBytes(key)
  }

  #fillWhenFull(): void {
    if (this.#putOff !== null || this.#bytes <= this.#context.hashMem) return
    const types = this.#plan.left.outputs.map((column) => column.type)
    const set = new SpillSet(this.#context.spill as SessionSpill, types, this.#context.hashMem / BUFFERS)
    this.#sets.push(set)
    this.#putOff = { set, hash: new RowHash(types.map(hashKeyOfType)), left: noStreams(), right: noStreams() }
  }

  #targets(batch: Batch, level: number): Int32Array | null {
    if (this.#putOff === null) return null
    const targets = this.#putOff.hash.hash(batch, batch.columns)
    for (let k = 0; k < targets.length; k++) targets[k] = partitionOf(targets[k] as number, level)
    return targets
  }

  #write(batch: Batch, targets: Int32Array, side: 'left' | 'right'): void {
    const { set, [side]: streams } = this.#putOff as PutOff
    splitRows(set.recoded(batch), targets, (partition, rows) => {
      const stream = (streams[partition] ??= set.stream())
      stream.add(rows)
    })
  }

  /** What was put off is dealt with next. */
  #endTask({ level }: Task): void {
    const putOff = this.#putOff
    for (let p = 0; putOff !== null && p < PARTITIONS; p++) {
      const left = putOff.left[p] ?? null
      // Nothing is delivered but left rows.
      if (left === null) continue
      const right = putOff.right[p] ?? putOff.set.stream()
      left.finish()
      right.finish()
      this.#tasks.push({ left: left.reader(), right: right.reader(), level: level + 1 })
    }
    this.#task = null
    this.#clear()
  }

  #clear(): void {
    this.#entries = new Map()
    this.#bytes = 0
    this.#putOff = null
  }

  #forget(): void {
    for (const set of this.#sets) set.close()
    this.#sets = []
    this.#tasks = []
    this.#task = null
    this.#clear()
  }

  close(): void {
    this.#forget()
    this.#left.close()
    this.#right.close()
  }
}

/** Verdicts on left rows; only rows to be kept are negative. */
const KEEP = -1
const DROP = 0
const LATER = 1

const hashKeyOfType = ({ name, hashKey }: SqlType): HashKey => {
  if (hashKey === null) throw new Error(`type ${name} has no equality`)
  return hashKey
}
