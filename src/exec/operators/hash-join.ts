/** Hash join: a table over the right input's rows, probed with the left's. All join types, NOT IN's anti join included. */
import type { HashJoin } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { BatchCollector } from '../../vector/collector.ts'
import { gather } from '../../vector/gather.ts'
import { ConstantVector, type AnyVector } from '../../vector/vector.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { compileExpression, layoutOf, type CompiledExpression } from '../expression/compile.ts'
import type { HashKey } from '../hash/column-codes.ts'
import { JoinTable } from '../hash/join-table.ts'
import { hashKeyOf } from '../hash/key-table.ts'
import type { Operator, Pull } from '../operator.ts'
import { PairCondition } from '../pair-condition.ts'

const NO_ROWS = new Int32Array(0)

export class HashJoinOperator implements Operator {
  readonly #plan: HashJoin
  readonly #left: Operator
  readonly #right: Operator
  readonly #context: ExecutionContext
  readonly #leftKeys: readonly CompiledExpression[]
  readonly #leftHashes: readonly HashKey[]
  readonly #rightKeys: readonly CompiledExpression[]
  readonly #residual: PairCondition | null
  /** Where each output comes from: left column i, or right column i as -1-i. */
  readonly #sources: readonly number[]
  #collector: BatchCollector | null = null
  #table: JoinTable | null = null
  /** The pairs in the making: physical rows of both sides, and which live row of the probe batch each belongs to. */
  readonly #leftRows = new Int32Array(BATCH_SIZE)
  readonly #rightRows = new Int32Array(BATCH_SIZE)
  readonly #owners = new Int32Array(BATCH_SIZE)
  /** Build rows that found a match (right and full joins). */
  #matched: Uint8Array | null = null
  #probe: Batch | null = null
  /** The live row of the probe batch that comes next. */
  #probeAt = 0
  /** By live row of the probe batch: the next build row to pair it with, -1 at the end of its chain. */
  #candidates: Int32Array = NO_ROWS
  /** By live row of the probe batch: 1 once it found a match. */
  #rowMatched: Uint8Array = new Uint8Array(0)
  #unmatchedAt = 0
  #leftDone = false

  constructor(plan: HashJoin, left: Operator, right: Operator, context: ExecutionContext) {
    this.#plan = plan
    this.#left = left
    this.#right = right
    const leftLayout = layoutOf(plan.left.outputs)
    const rightLayout = layoutOf(plan.right.outputs)
    this.#context = context
    this.#leftKeys = plan.keys.map((key) =>
      compileExpression(key.left, { context, layout: leftLayout }, { transient: true }),
    )
    this.#leftHashes = plan.keys.map((key) => hashKeyOf(key.left))
    this.#rightKeys = plan.keys.map((key) => compileExpression(key.right, { context, layout: rightLayout }))
    this.#residual =
      plan.residual === null ? null : new PairCondition(plan.residual, plan.left.outputs, plan.right.outputs, context)
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
      const wait = this.#context.poll()
      if (wait !== null) return wait
      if (this.#probe === null) {
        const batch = this.#left.next()
        if (batch instanceof Wait) return batch
        if (batch === null) {
          this.#leftDone = true
          continue
        }
        this.#startProbe(batch, table)
      }
      const joined = this.#probeBatch(this.#probe as Batch, table)
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
    const rows = collector.finish()
    const hashes = this.#plan.keys.map((key) => hashKeyOf(key.right))
    const keys = rows.length === 0 ? hashes.map(() => new ConstantVector(null, 0)) : this.#keysOf(this.#rightKeys, rows)
    this.#table = new JoinTable(rows, keys, hashes)
    this.#collector = null
    const { type } = this.#plan
    if (type === 'right' || type === 'full') this.#matched = new Uint8Array(this.#table.rows.length)
    return null
  }

  #keysOf(keys: readonly CompiledExpression[], batch: Batch): readonly AnyVector[] {
    return keys.map((key) => key.vector(batch))
  }

  #startProbe(batch: Batch, table: JoinTable): void {
    this.#probe = batch
    this.#probeAt = 0
    this.#candidates = table.probe(batch, this.#keysOf(this.#leftKeys, batch), this.#leftHashes)
    this.#rowMatched = new Uint8Array(batch.count)
  }

  /** Joins the probe batch from where the last call stopped; null when it gave nothing. */
  #probeBatch(probe: Batch, table: JoinTable): Batch | null {
    const { type } = this.#plan
    if (type === 'semi' || type === 'anti') return this.#select(probe, table)
    const keepUnmatched = type === 'left' || type === 'full'
    if (this.#probeAt >= probe.count) {
      this.#probe = null
      return keepUnmatched ? this.#unmatchedLeft(probe, table) : null
    }
    const leftRows = this.#leftRows
    const rightRows = this.#rightRows
    const owners = this.#owners
    const candidates = this.#candidates
    const rows = probe.count
    let count = 0
    while (this.#probeAt < rows && count < BATCH_SIZE) {
      const k = this.#probeAt
      let row = candidates[k] as number
      if (row >= 0) {
        const position = probe.position(k)
        while (row >= 0 && count < BATCH_SIZE) {
          leftRows[count] = position
          owners[count] = k
          rightRows[count++] = row
          row = table.next(row)
        }
        candidates[k] = row
        if (row >= 0) break
      }
      this.#probeAt++
    }
    if (this.#residual !== null) {
      const passed = this.#residual.test(probe, leftRows, table.rows, rightRows, count)
      for (let i = 0; i < passed.length; i++) {
        // Indices ascend, so pairs move towards the front only.
        const from = passed[i] as number
        leftRows[i] = leftRows[from] as number
        rightRows[i] = rightRows[from] as number
        owners[i] = owners[from] as number
      }
      count = passed.length
    }
    if (keepUnmatched) for (let i = 0; i < count; i++) this.#rowMatched[owners[i] as number] = 1
    const matched = this.#matched
    if (matched !== null) for (let i = 0; i < count; i++) matched[rightRows[i] as number] = 1
    if (this.#probeAt >= rows && !keepUnmatched) this.#probe = null
    return count === 0 ? null : this.#output(probe, table.rows, leftRows, rightRows, count)
  }

  /** The rows of a probe batch without a match, with NULLs for the right side. */
  #unmatchedLeft(probe: Batch, table: JoinTable): Batch | null {
    const left = new Int32Array(probe.count)
    let count = 0
    for (let k = 0; k < left.length; k++) if (this.#rowMatched[k] === 0) left[count++] = probe.position(k)
    if (count === 0) return null
    return this.#output(probe, table.rows, left, new Int32Array(count).fill(-1), count)
  }

  /** Semi and anti joins: a selection of the probe batch. */
  #select(probe: Batch, table: JoinTable): Batch | null {
    this.#probe = null
    const wanted = this.#plan.type === 'semi' ? 1 : 0
    const { nullAware } = this.#plan
    if (nullAware && table.hasNull) return null
    this.#match(probe, table)
    const matched = this.#rowMatched
    const nullKeys = nullAware && table.rows.length > 0 ? this.#keysOf(this.#leftKeys, probe) : []
    const selected = new Int32Array(probe.count)
    let kept = 0
    for (let k = 0; k < selected.length; k++) {
      if (matched[k] !== wanted) continue
      const position = probe.position(k)
      if (!nullKeys.some((key) => key.isNull(position))) selected[kept++] = position
    }
    if (kept === 0) return null
    const chosen = probe.select(selected.subarray(0, kept))
    return new Batch(
      this.#sources.map((source) => chosen.columns[source] as AnyVector),
      chosen.length,
      chosen.selection,
    )
  }

  /** Finds which rows of the probe batch have a match: in rounds, each undecided row with its next candidate. */
  #match(probe: Batch, table: JoinTable): void {
    const candidates = this.#candidates
    const matched = this.#rowMatched
    if (this.#residual === null) {
      for (let k = 0; k < candidates.length; k++) if ((candidates[k] as number) >= 0) matched[k] = 1
      return
    }
    let undecided = Int32Array.from({ length: candidates.length }, (_, k) => k)
    for (;;) {
      undecided = undecided.filter((k) => matched[k] === 0 && (candidates[k] as number) >= 0)
      if (undecided.length === 0) return
      const leftRows = undecided.map((k) => probe.position(k))
      const rightRows = undecided.map((k) => candidates[k] as number)
      for (const i of this.#residual.test(probe, leftRows, table.rows, rightRows, undecided.length)) {
        matched[undecided[i] as number] = 1
      }
      for (const k of undecided) candidates[k] = table.next(candidates[k] as number)
    }
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
