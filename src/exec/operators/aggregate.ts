/** Aggregation: groups by a hash table (one per grouping set) and one aggregation state per aggregate call. */
import type { Aggregate } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { ColumnCollector } from '../../vector/column-collector.ts'
import { vectorOf, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import { AggregateCall } from '../aggregate-call.ts'
import type { ExecutionContext } from '../context.ts'
import { compileExpression, layoutOf, type CompiledExpression } from '../expression/compile.ts'
import type { Compilation } from '../expression/interpret.ts'
import { hashKeyOf, KeyTable } from '../hash/key-table.ts'
import type { Operator, Pull } from '../operator.ts'

/** The groups of one grouping set. */
class Grouping {
  readonly members: readonly number[]
  readonly #keys: KeyTable
  /** Values of the grouping expressions of the set, one row per group. */
  readonly #collected: readonly ColumnCollector[]
  #values: readonly AnyVector[] | null = null
  readonly calls: readonly AggregateCall[]
  count = 0

  constructor(plan: Aggregate, members: readonly number[], scope: Compilation) {
    this.members = members
    const exprs = members.map((i) => (plan.groupBy[i] as Aggregate['groupBy'][number]).expr)
    this.#keys = new KeyTable(exprs.map(hashKeyOf), true)
    this.#collected = exprs.map((expr) => new ColumnCollector(expr.type))
    this.calls = plan.aggregates.map(({ call }) => new AggregateCall(call, scope))
    // Without grouping columns there is one group, even of no rows.
    if (members.length === 0) this.count = 1
  }

  add(batch: Batch, grouped: readonly AnyVector[]): void {
    const groups = this.members.length === 0 ? new Int32Array(batch.count) : this.#groupsOf(batch, grouped)
    for (const call of this.calls) call.add(batch, groups)
  }

  #groupsOf(batch: Batch, grouped: readonly AnyVector[]): Int32Array {
    const vectors = this.members.map((member) => grouped[member] as AnyVector)
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

  /** Values of a grouping expression of the set for groups [from, to). */
  values(member: number, from: number, to: number): AnyVector {
    this.#values ??= this.#collected.map((collector) => collector.finish())
    return (this.#values[member] as AnyVector).slice(from, to) as AnyVector
  }
}

export class AggregateOperator implements Operator {
  readonly #plan: Aggregate
  readonly #input: Operator
  readonly #scope: Compilation
  readonly #grouped: readonly CompiledExpression[]
  #groupings: Grouping[] = []
  #finished = false
  #set = 0
  #group = 0

  constructor(plan: Aggregate, input: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#input = input
    this.#scope = { context, layout: layoutOf(plan.input.outputs) }
    this.#grouped = plan.groupBy.map((column) => compileExpression(column.expr, this.#scope, { transient: true }))
  }

  open(): void {
    this.#groupings = this.#plan.sets.map((members) => new Grouping(this.#plan, members, this.#scope))
    this.#finished = false
    this.#set = 0
    this.#group = 0
    this.#input.open()
  }

  next(): Pull {
    if (!this.#finished) {
      const wait = this.#consume()
      if (wait !== null) return wait
      this.#finished = true
      this.#input.close()
    }
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

  #consume(): Wait | null {
    for (;;) {
      const wait = this.#scope.context.poll()
      if (wait !== null) return wait
      const batch = this.#input.next()
      if (batch instanceof Wait) return batch
      if (batch === null) return null
      const grouped = this.#grouped.map((column) => column.vector(batch))
      for (const grouping of this.#groupings) grouping.add(batch, grouped)
    }
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

  close(): void {
    this.#groupings = []
    this.#input.close()
  }
}
