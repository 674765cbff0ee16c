/**
 * INTERSECT and EXCEPT by hashing whole rows; NULLs count as equal. When the rows outgrow memory none are added to the
 * table any more: rows that it does not have go to disk, from both sides in the same partitions, and are dealt with one
 * partition after the other.
 */
import type { HashSetOperation } from '../../plan/physical.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { averageBytes } from '../../vector/size.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import type { HashKey } from '../hash/column-codes.ts'
import { KeyTable } from '../hash/key-table.ts'
import { RowHash } from '../hash/row-hash.ts'
import type { Operator, Pull } from '../operator.ts'
import { PARTITIONS, partitionOf, remainingRows, splitRows } from '../spill/partition.ts'
import type { SessionSpill } from '../spill/spill-area.ts'
import { SpillSet, type SpillStream } from '../spill/spill-set.ts'

/** Bytes of an entry per column, without texts. */
const ENTRY_BYTES = 40
/** Streams of partitions hold back this share of the memory each. */
const BUFFERS = 128

type Source = Pick<Operator, 'next'>

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
  readonly #types: readonly SqlType[]
  readonly #hashKeys: readonly HashKey[]
  #tasks: Task[] = []
  #task: Task | null = null
  #built = false
  /** Numbers of the rows that are in memory. */
  #keys: KeyTable
  /** By number: how often the row occurs on the right, less those used up; whether it is delivered (for DISTINCT). */
  #counts = new Int32Array(0)
  #delivered = new Uint8Array(0)
  /** Bytes of values that are not plain numbers. */
  #valueBytes = 0
  #putOff: PutOff | null = null
  #sets: SpillSet[] = []

  constructor(plan: HashSetOperation, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    this.#context = context
    this.#types = plan.left.outputs.map((column) => column.type)
    this.#hashKeys = this.#types.map(hashKeyOfType)
    this.#keys = new KeyTable(this.#hashKeys, true)
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
    const numbers = targets === null ? this.#add(batch) : this.#find(batch)
    for (let k = 0; k < numbers.length; k++) {
      const number = numbers[k] as number
      if (number < 0) continue
      this.#counts[number] = (this.#counts[number] as number) + 1
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
    const { operation, all } = this.#plan
    // Rows that are only on the left are remembered where they are delivered once.
    const numbers = operation === 'except' && !all && targets === null ? this.#add(batch) : this.#find(batch)
    const verdicts = new Int32Array(batch.count)
    for (let k = 0; k < verdicts.length; k++) {
      const verdict = this.#verdict(numbers[k] as number, targets === null ? -1 : (targets[k] as number))
      verdicts[k] = verdict
      if (targets !== null && verdict !== LATER) targets[k] = -1
    }
    if (targets !== null) this.#write(batch, targets, 'left')
    this.#fillWhenFull()
    return remainingRows(batch, verdicts)
  }

  /** What becomes of a left row with the number, -1: none; its partition is `target`, -1: nothing is put off. */
  #verdict(number: number, target: number): number {
    const { all } = this.#plan
    const intersect = this.#plan.operation === 'intersect'
    if (number < 0) {
      // What is not on the right at all waits only for its duplicates.
      if (target >= 0 && ((!all && !intersect) || this.#putOff?.right[target] !== null)) return LATER
      return intersect ? DROP : KEEP
    }
    const count = this.#counts[number] as number
    if (all) {
      // Each right row pairs with one left row.
      if (count > 0) this.#counts[number] = count - 1
      return count > 0 === intersect ? KEEP : DROP
    }
    if (this.#delivered[number] === 1 || count > 0 !== intersect) return DROP
    this.#delivered[number] = 1
    return KEEP
  }

  /** Numbers of the live rows, new ones for new rows. */
  #add(batch: Batch): Int32Array {
    const before = this.#keys.count
    const numbers = this.#keys.add(batch, batch.columns)
    const { count } = this.#keys
    if (count >= this.#counts.length) {
      const size = 2 * (count + 1)
      const counts = new Int32Array(size)
      counts.set(this.#counts)
      this.#counts = counts
      const delivered = new Uint8Array(size)
      delivered.set(this.#delivered)
      this.#delivered = delivered
    }
    for (const column of batch.columns) {
      if (column.kind !== 'datums') continue
      this.#valueBytes += (count - before) * averageBytes(batch.count, (k) => column.get(batch.position(k)))
    }
    return numbers
  }

  /** Numbers of the live rows, -1 for rows that are not in memory. */
  #find(batch: Batch): Int32Array {
    return this.#keys.find(batch, batch.columns, this.#hashKeys)
  }

  #fillWhenFull(): void {
    const bytes = this.#keys.count * ENTRY_BYTES * this.#types.length + this.#valueBytes
    if (this.#putOff !== null || bytes <= this.#context.hashMem) return
    const set = new SpillSet(this.#context.spill as SessionSpill, this.#types, this.#context.hashMem / BUFFERS)
    this.#sets.push(set)
    this.#putOff = { set, hash: new RowHash(this.#hashKeys), left: noStreams(), right: noStreams() }
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
    this.#keys = new KeyTable(this.#hashKeys, true)
    this.#counts = new Int32Array(0)
    this.#delivered = new Uint8Array(0)
    this.#valueBytes = 0
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
