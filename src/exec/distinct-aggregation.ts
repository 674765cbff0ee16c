/**
 * DISTINCT where the order of values does not matter: only the first row of each value and group is passed on. Values
 * that memory has no room for go to disk, in partitions that share no value, and are looked through at the end.
 */
import type { Expr } from '../analyze/expression.ts'
import type { GroupedAggregation } from '../functions/records.ts'
import { int4Type } from '../types/integers.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import { Batch } from '../vector/batch.ts'
import { averageBytes } from '../vector/size.ts'
import { Int32Vector, type AnyVector } from '../vector/vector.ts'
import { Wait } from '../vector/wait.ts'
import type { RowKeeping } from './aggregate-call.ts'
import type { ExecutionContext } from './context.ts'
import type { HashKey } from './hash/column-codes.ts'
import { hashKeyOf, KeyTable } from './hash/key-table.ts'
import { PairTable } from './hash/pair-table.ts'
import { RowHash } from './hash/row-hash.ts'
import type { Operator } from './operator.ts'
import { PARTITIONS, partitionOf, splitRows } from './spill/partition.ts'
import type { SessionSpill } from './spill/spill-area.ts'
import { SpillSet, type SpillStream } from './spill/spill-set.ts'

/** Bytes of a value's entry and of a pair's. */
const ENTRY_BYTES = 40
const BUFFERS = 128

/** Where rows with further values go. */
interface Overflow {
  readonly set: SpillSet
  readonly streams: (SpillStream | null)[]
}

/** Rows on disk that are to be looked through. */
interface Partition {
  readonly rows: Pick<Operator, 'next'>
  readonly level: number
}

export class DistinctAggregation implements RowKeeping {
  readonly #context: ExecutionContext
  readonly #inner: GroupedAggregation
  readonly #type: SqlType
  readonly #hashKey: HashKey
  readonly #hash: RowHash
  #values: KeyTable
  #pairs = new PairTable()
  #valueBytes = 0
  /** The level of what is added now; 0: the input. */
  #level = 0
  #overflow: Overflow | null = null
  #partitions: Partition[] = []
  #current: Partition | null = null
  readonly #sets: SpillSet[] = []

  constructor(arg: Expr, inner: GroupedAggregation, context: ExecutionContext) {
    this.#context = context
    this.#inner = inner
    this.#type = arg.type
    this.#hashKey = hashKeyOf(arg)
    this.#hash = new RowHash([this.#hashKey])
    this.#values = new KeyTable([this.#hashKey], true)
  }

  update(batch: Batch, groups: Int32Array, args: readonly AnyVector[]): void {
    if (this.#overflow !== null) {
      this.#putOff(this.#overflow, batch, groups, args[0] as AnyVector)
      return
    }
    const before = this.#values.count
    const pairs = this.#values.add(batch, args)
    let seen = this.#pairs.count
    this.#pairs.add(pairs, groups)
    const added = this.#pairs.count - seen
    if (added === 0) return
    const positions = new Int32Array(added)
    const groupsAdded = new Int32Array(added)
    let found = 0
    for (let k = 0; found < added; k++) {
      // New pairs are numbered in the order of their first rows.
      if (pairs[k] !== seen) continue
      seen++
      positions[found] = batch.position(k)
      groupsAdded[found++] = groups[k] as number
    }
    this.#inner.update(batch.select(positions), groupsAdded, args, null)
    const [vector] = args
    if (vector?.kind === 'datums') {
      const average = averageBytes(added, (i) => vector.values[positions[i] as number])
      this.#valueBytes += (this.#values.count - before) * average
    }
    if (this.#bytes() > this.#context.hashMem) this.#fill()
  }

  #bytes(): number {
    return this.#values.count * ENTRY_BYTES + this.#pairs.count * ENTRY_BYTES + this.#valueBytes
  }

  /** From now on there are no new values: rows that have some go to disk. */
  #fill(): void {
    const types = [int4Type, this.#type]
    const set = new SpillSet(this.#context.spill as SessionSpill, types, this.#context.hashMem / BUFFERS)
    this.#sets.push(set)
    this.#overflow = { set, streams: new Array<SpillStream | null>(PARTITIONS).fill(null) }
  }

  #putOff({ set, streams }: Overflow, batch: Batch, groups: Int32Array, vector: AnyVector): void {
    const pairs = this.#values.find(batch, [vector], [this.#hashKey])
    this.#pairs.find(pairs, groups)
    const targets = this.#hash.hash(batch, [vector])
    const groupAt = new Int32Array(batch.length)
    for (let k = 0; k < groups.length; k++) {
      const group = groups[k] as number
      groupAt[batch.position(k)] = group
      // One value may be that of many groups.
      targets[k] =
        (pairs[k] as number) >= 0 ? -1 : partitionOf((targets[k] as number) + Math.imul(group, 31), this.#level)
    }
    const rows = new Batch([new Int32Vector(groupAt, null), vector], batch.length, batch.selection)
    splitRows(set.recoded(rows), targets, (partition, part) => {
      const stream = (streams[partition] ??= set.stream())
      stream.add(part)
    })
  }

  held(): Wait | null {
    return this.#overflow?.set.held() ?? null
  }

  settle(): Wait | null {
    for (;;) {
      const wait = this.held() ?? this.#context.poll()
      if (wait !== null) return wait
      const pulled = this.#current?.rows.next() ?? null
      if (pulled instanceof Wait) return pulled
      if (pulled !== null) {
        const groups = (pulled.columns[0] as Int32Vector).values
        this.update(pulled, groups, [pulled.columns[1] as AnyVector])
        continue
      }
      this.#endPartition()
      this.#current = this.#partitions.pop() ?? null
      if (this.#current === null) return null
      this.#level = this.#current.level
      this.#values = new KeyTable([this.#hashKey], true)
      this.#pairs = new PairTable()
      this.#valueBytes = 0
    }
  }

  /** What was put off is to be looked through next. */
  #endPartition(): void {
    for (const stream of this.#overflow?.streams ?? []) {
      if (stream === null) continue
      stream.finish()
      this.#partitions.push({ rows: stream.reader(), level: this.#level + 1 })
    }
    this.#overflow = null
  }

  finish(group: number): Datum {
    return this.#inner.finish(group)
  }

  close(): void {
    for (const set of this.#sets) set.close()
    this.#current = null
    this.#partitions = []
    this.#overflow = null
  }
}
