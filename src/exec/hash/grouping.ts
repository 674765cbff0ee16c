/**
 * The groups of one grouping set: a table of keys and one aggregation state per aggregate call. A full table takes no
 * new groups; rows of groups it does not have are split by their keys' hashes and put off.
 */
import type { Aggregate } from '../../plan/physical.ts'
import type { Batch } from '../../vector/batch.ts'
import { ColumnCollector } from '../../vector/column-collector.ts'
import type { AnyVector } from '../../vector/vector.ts'
import type { Wait } from '../../vector/wait.ts'
import { AggregateCall } from '../aggregate-call.ts'
import type { OperatorCompilation } from '../expression/evaluator.ts'
import { PARTITIONS, partitionOf, remainingRows, splitRows } from '../spill/partition.ts'
import type { SpillSet, SpillStream } from '../spill/spill-set.ts'
import type { HashKey } from './column-codes.ts'
import { hashKeyOf, KeyTable } from './key-table.ts'
import { RowHash } from './row-hash.ts'

/** Bytes of a group's entry per key column. */
const ENTRY_BYTES = 40

/** Where rows of groups that the table does not have go. */
interface PutOff {
  readonly set: SpillSet
  readonly level: number
  readonly hash: RowHash
  readonly streams: (SpillStream | null)[]
}

export class Grouping {
  readonly members: readonly number[]
  readonly #hashKeys: readonly HashKey[]
  readonly #keys: KeyTable
  /** Values of the grouping expressions of the set, one row per group. */
  readonly #collected: readonly ColumnCollector[]
  #values: readonly AnyVector[] | null = null
  readonly calls: readonly AggregateCall[]
  count = 0
  #putOff: PutOff | null = null

  constructor(plan: Aggregate, members: readonly number[], scope: OperatorCompilation) {
    this.members = members
    const exprs = members.map((i) => (plan.groupBy[i] as Aggregate['groupBy'][number]).expr)
    this.#hashKeys = exprs.map(hashKeyOf)
    this.#keys = new KeyTable(this.#hashKeys, true)
    this.#collected = exprs.map((expr) => new ColumnCollector(expr.type))
    this.calls = plan.aggregates.map(({ call }) => new AggregateCall(call, scope))
    // Without grouping columns there is one group, even of no rows.
    if (members.length === 0) this.count = 1
  }

  /** Bytes that the groups take, as an estimate. */
  get bytes(): number {
    let bytes = this.count * this.members.length * ENTRY_BYTES
    for (const column of this.#collected) bytes += column.bytes
    for (const call of this.calls) bytes += call.bytes(this.count)
    return bytes
  }

  /** From now on there are no new groups. */
  fill(set: SpillSet, level: number): void {
    if (this.members.length === 0) return
    const streams = new Array<SpillStream | null>(PARTITIONS).fill(null)
    this.#putOff = { set, level, hash: new RowHash(this.#hashKeys), streams }
  }

  /** The rows that were put off, in partitions that share no group. */
  takePutOff(): readonly SpillStream[] {
    const streams = this.#putOff?.streams.filter((stream) => stream !== null) ?? []
    for (const stream of streams) stream.finish()
    this.#putOff = null
    return streams
  }

  /** Adds the live rows; `grouped` are the values of all grouping expressions of the plan. */
  add(batch: Batch, grouped: readonly AnyVector[]): void {
    if (this.members.length === 0) this.#update(batch, new Int32Array(batch.count))
    else {
      const vectors = this.members.map((member) => grouped[member] as AnyVector)
      if (this.#putOff === null) this.#update(batch, this.#groupsOf(batch, vectors))
      else this.#addKnown(this.#putOff, batch, vectors)
    }
  }

  #update(batch: Batch, groups: Int32Array): void {
    for (const call of this.calls) call.add(batch, groups)
  }

  #groupsOf(batch: Batch, vectors: readonly AnyVector[]): Int32Array {
    const groups = this.#keys.add(batch, vectors)
    const { count } = this.#keys
    if (count > this.count) {
      // New groups are numbered in the order of their first rows.
      const first = new Int32Array(count - this.count)
      let found = 0
      for (let k = 0; k < groups.length && found < first.length; k++) {
        if (groups[k] === this.count + found) first[found++] = batch.position(k)
      }
      for (const [m, collector] of this.#collected.entries()) collector.add(vectors[m] as AnyVector, first, found)
      this.count = count
    }
    return groups
  }

  #addKnown({ set, level, hash, streams }: PutOff, batch: Batch, vectors: readonly AnyVector[]): void {
    const groups = this.#keys.find(batch, vectors, this.#hashKeys)
    const targets = hash.hash(batch, vectors)
    let known = 0
    for (let k = 0; k < groups.length; k++) {
      const group = groups[k] as number
      if (group >= 0) groups[known++] = group
      targets[k] = group >= 0 ? -1 : partitionOf(targets[k] as number, level)
    }
    const rows = remainingRows(batch, targets)
    if (known < groups.length) {
      splitRows(set.recoded(batch), targets, (partition, rest) => {
        const stream = (streams[partition] ??= set.stream())
        stream.add(rest)
      })
    }
    if (rows !== null) this.#update(rows, groups.slice(0, known))
  }

  /** Waits while calls write rows. */
  held(): Wait | null {
    for (const call of this.calls) {
      const wait = call.held()
      if (wait !== null) return wait
    }
    return null
  }

  /** What the calls still have to do before their values are asked for; null when they are ready. */
  settle(): Wait | null {
    for (const call of this.calls) {
      const wait = call.settle()
      if (wait !== null) return wait
    }
    return null
  }

  /** Values of a grouping expression of the set for groups [from, to). */
  values(member: number, from: number, to: number): AnyVector {
    this.#values ??= this.#collected.map((collector) => collector.finish())
    return (this.#values[member] as AnyVector).slice(from, to) as AnyVector
  }

  close(): void {
    for (const call of this.calls) call.close()
  }
}
