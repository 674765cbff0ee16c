/** Hash join: a table over the right input's rows, probed with the left's. All join types, NOT IN's anti join included. */
import type { HashJoin } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { gather } from '../../vector/gather.ts'
import { ConstantVector, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { layoutOf } from '../expression/compile.ts'
import { interpret, type Evaluator } from '../expression/interpret.ts'
import { joinKey, type Key, type KeyFunction } from '../key.ts'
import type { Operator, Pull } from '../operator.ts'
import { Pair } from '../pair.ts'

/** Chains of build rows by key: `first` in the map, `next` per row, -1 at the end. */
class JoinTable {
  readonly rows: Batch
  readonly #first = new Map<Key, number>()
  readonly #next: Int32Array
  /** A build row had a NULL key. */
  readonly hasNull: boolean

  constructor(rows: Batch, key: KeyFunction) {
    this.rows = rows
    this.#next = new Int32Array(rows.length).fill(-1)
    let hasNull = false
    // From the last row to the first, so that chains run in input order.
    for (let row = rows.length - 1; row >= 0; row--) {
      const k = key(rows, row)
      if (k === null) {
        hasNull = true
        continue
      }
      this.#next[row] = this.#first.get(k) ?? -1
      this.#first.set(k, row)
    }
    this.hasNull = hasNull
  }

  first(key: Key): number {
    return this.#first.get(key) ?? -1
  }

  next(row: number): number {
    return this.#next[row] as number
  }
}

export class HashJoinOperator implements Operator {
  readonly #plan: HashJoin
  readonly #left: Operator
  readonly #right: Operator
  readonly #leftKey: KeyFunction
  readonly #rightKey: KeyFunction
  readonly #residual: Evaluator | null
  /** Where each output comes from: left column i, or right column i as -1-i. */
  readonly #sources: readonly number[]
  readonly #pair: Pair
  #collector: BatchCollector | null = null
  #table: JoinTable | null = null
  /** Build rows that found a match (right and full joins). */
  #matched: Uint8Array | null = null
  #probe: Batch | null = null
  #probeAt = 0
  /** Next build row of the chain of the present probe row; -1: start with its key. */
  #chain = -1
  #inChain = false
  #rowMatched = false
  #unmatchedAt = 0
  #leftDone = false

  constructor(plan: HashJoin, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    const leftLayout = layoutOf(plan.left.outputs)
    const rightLayout = layoutOf(plan.right.outputs)
    this.#leftKey = joinKey(
      plan.keys.map((k) => k.left),
      { context, layout: leftLayout },
    )
    this.#rightKey = joinKey(
      plan.keys.map((k) => k.right),
      { context, layout: rightLayout },
    )
    this.#pair = new Pair(plan.left.outputs.length, plan.right.outputs.length)
    const both = layoutOf([...plan.left.outputs, ...plan.right.outputs])
    this.#residual = plan.residual === null ? null : interpret(plan.residual, { context, layout: both })
    this.#sources = plan.outputs.map(({ id }) => {
      const fromLeft = leftLayout.get(id)
      return fromLeft ?? -1 - (rightLayout.get(id) as number)
    })
  }

  open(): void {
    this.#collector = new BatchCollector(this.#plan.right.outputs.map((column) => column.type))
    this.#table = null
    this.#matched = null
    this.#probe = null
    this.#leftDone = false
    this.#unmatchedAt = 0
    this.#right.open()
    this.#left.open()
  }

  next(): Pull {
    if (this.#table === null) {
      const wait = this.#build()
      if (wait !== null) return wait
    }
    const table = this.#table as unknown as JoinTable
    for (;;) {
      if (this.#leftDone) return this.#unmatchedRight(table)
      if (this.#probe === null) {
        const batch = this.#left.next()
        if (batch instanceof Wait) return batch
        if (batch === null) {
          this.#leftDone = true
          continue
        }
        this.#probe = batch
        this.#probeAt = 0
        this.#inChain = false
      }
      const joined = this.#probeBatch(this.#probe, table)
      if (joined !== null) return joined
    }
  }

  #build(): Wait | null {
    const collector = this.#collector as BatchCollector
    for (;;) {
      const batch = this.#right.next()
      if (batch instanceof Wait) return batch
      if (batch === null) break
      collector.add(batch)
    }
    this.#right.close()
    this.#table = new JoinTable(collector.finish(), this.#rightKey)
    this.#collector = null
    const { type } = this.#plan
    if (type === 'right' || type === 'full') this.#matched = new Uint8Array(this.#table.rows.length)
    return null
  }

  /** Joins the probe batch from where the last call stopped; null when it gave nothing. */
  #probeBatch(probe: Batch, table: JoinTable): Batch | null {
    const { type } = this.#plan
    if (type === 'semi' || type === 'anti') return this.#select(probe, table)
    const leftRows = new Int32Array(BATCH_SIZE)
    const rightRows = new Int32Array(BATCH_SIZE)
    const keepUnmatched = type === 'left' || type === 'full'
    let count = 0
    const { count: rows } = probe
    while (this.#probeAt < rows) {
      const position = probe.position(this.#probeAt)
      if (!this.#inChain) {
        const key = this.#leftKey(probe, position)
        this.#chain = key === null ? -1 : table.first(key)
        this.#inChain = true
        this.#rowMatched = false
      }
      while (this.#chain >= 0 && count < BATCH_SIZE) {
        const row = this.#chain
        this.#chain = table.next(row)
        if (!this.#passes(probe, position, table, row)) continue
        this.#rowMatched = true
        if (this.#matched !== null) this.#matched[row] = 1
        leftRows[count] = position
        rightRows[count++] = row
      }
      if (count === BATCH_SIZE) break
      if (!this.#rowMatched && keepUnmatched) {
        leftRows[count] = position
        rightRows[count++] = -1
      }
      this.#inChain = false
      this.#probeAt++
      if (count === BATCH_SIZE) break
    }
    const finished = this.#probeAt >= rows
    if (finished) this.#probe = null
    return count === 0 ? null : this.#output(probe, table.rows, leftRows, rightRows, count)
  }

  /** Semi and anti joins: a selection of the probe batch. */
  #select(probe: Batch, table: JoinTable): Batch | null {
    this.#probe = null
    const wanted = this.#plan.type === 'semi'
    const { nullAware } = this.#plan
    if (nullAware && table.hasNull) return null
    const selected = new Int32Array(probe.count)
    let kept = 0
    for (let k = 0; k < probe.count; k++) {
      const position = probe.position(k)
      const key = this.#leftKey(probe, position)
      if (key === null && nullAware && table.rows.length > 0) continue
      let row = key === null ? -1 : table.first(key)
      while (row >= 0 && !this.#passes(probe, position, table, row)) row = table.next(row)
      if (row >= 0 === wanted) selected[kept++] = position
    }
    if (kept === 0) return null
    const chosen = probe.select(selected.subarray(0, kept))
    return new Batch(
      this.#sources.map((source) => chosen.columns[source] as AnyVector),
      chosen.length,
      chosen.selection,
    )
  }

  #passes(probe: Batch, position: number, table: JoinTable, row: number): boolean {
    if (this.#residual === null) return true
    return this.#residual(this.#pair.set(probe, position, table.rows, row), 0) === true
  }

  #output(probe: Batch, build: Batch, left: Int32Array, right: Int32Array, count: number): Batch {
    const columns = this.#sources.map((source) =>
      source >= 0
        ? gather(probe.columns[source] as AnyVector, left, count)
        : gather(build.columns[-1 - source] as AnyVector, right, count),
    )
    return new Batch(columns, count)
  }

  /** Build rows without a match, for right and full joins. */
  #unmatchedRight(table: JoinTable): Batch | null {
    const matched = this.#matched
    if (matched === null) return null
    const rows = new Int32Array(BATCH_SIZE)
    let count = 0
    while (this.#unmatchedAt < matched.length && count < BATCH_SIZE) {
      if (matched[this.#unmatchedAt] === 0) rows[count++] = this.#unmatchedAt
      this.#unmatchedAt++
    }
    if (count === 0) return null
    const columns = this.#sources.map((source) =>
      source >= 0 ? new ConstantVector(null, count) : gather(table.rows.columns[-1 - source] as AnyVector, rows, count),
    )
    return new Batch(columns, count)
  }

  close(): void {
    this.#collector = null
    this.#table = null
    this.#matched = null
    this.#probe = null
    this.#left.close()
    this.#right.close()
  }
}
