/**
 * The matching part of a hash join: batches of left rows against a table of right rows. All join types, NOT IN's anti
 * join included. A table may hold only some of the right rows; flags of left rows that found a match then go from one
 * table to the next.
 */
import type { HashJoin } from '../../plan/physical.ts'
import { BATCH_SIZE, Batch } from '../../vector/batch.ts'
import { gather } from '../../vector/gather.ts'
import { ConstantVector, type AnyVector } from '../../vector/vector.ts'
import type { ExecutionContext } from '../context.ts'
import { compileExpression, layoutOf, type CompiledExpression } from '../expression/compile.ts'
import { PairCondition } from '../pair-condition.ts'
import type { HashKey } from './column-codes.ts'
import { JoinTable } from './join-table.ts'
import { hashKeyOf } from './key-table.ts'

const NO_ROWS = new Int32Array(0)

export class JoinProbe {
  readonly #plan: HashJoin
  readonly #leftKeys: readonly CompiledExpression[]
  readonly leftHashes: readonly HashKey[]
  readonly #rightKeys: readonly CompiledExpression[]
  readonly rightHashes: readonly HashKey[]
  readonly #residual: PairCondition | null
  /** Where each output comes from: left column i, or right column i as -1-i. */
  readonly #sources: readonly number[]
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
  /** No table comes after this one: what found no match by now has none. */
  #last = true
  #unmatchedAt = 0
  /** NOT IN over right rows, be they in this table or not: a left row whose key is NULL is not delivered. */
  dropNullKeys = false

  constructor(plan: HashJoin, context: ExecutionContext) {
    this.#plan = plan
    const leftLayout = layoutOf(plan.left.outputs)
    const rightLayout = layoutOf(plan.right.outputs)
    this.#leftKeys = plan.keys.map((key) =>
      compileExpression(key.left, { context, layout: leftLayout }, { transient: true }),
    )
    this.leftHashes = plan.keys.map((key) => hashKeyOf(key.left))
    this.#rightKeys = plan.keys.map((key) => compileExpression(key.right, { context, layout: rightLayout }))
    this.rightHashes = plan.keys.map((key) => hashKeyOf(key.right))
    this.#residual =
      plan.residual === null ? null : new PairCondition(plan.residual, plan.left.outputs, plan.right.outputs, context)
    this.#sources = plan.outputs.map(({ id }) => {
      const fromLeft = leftLayout.get(id)
      return fromLeft ?? -1 - (rightLayout.get(id) as number)
    })
  }

  /** Makes the table of right rows that batches are matched with from now on. */
  build(rows: Batch): void {
    const keys = rows.length === 0 ? this.rightHashes.map(() => new ConstantVector(null, 0)) : this.rightKeys(rows)
    this.#table = new JoinTable(rows, keys, this.rightHashes)
    const { type } = this.#plan
    this.#matched = type === 'right' || type === 'full' ? new Uint8Array(rows.length) : null
    this.#unmatchedAt = 0
    this.#probe = null
  }

  /** A row of the table has a NULL key. */
  get hasNull(): boolean {
    return this.#table?.hasNull ?? false
  }

  leftKeys(batch: Batch): readonly AnyVector[] {
    return this.#leftKeys.map((key) => key.vector(batch))
  }

  rightKeys(batch: Batch): readonly AnyVector[] {
    return this.#rightKeys.map((key) => key.vector(batch))
  }

  /**
   * Takes up the next left rows; `next` delivers what they give. `matched`: by live row, whether it found a match with
   * an earlier table; `last`: there are no further tables.
   */
  start(batch: Batch, matched: Uint8Array = new Uint8Array(batch.count), last = true): void {
    this.#probe = batch
    this.#probeAt = 0
    this.#candidates = (this.#table as JoinTable).probe(batch, this.leftKeys(batch), this.leftHashes)
    this.#rowMatched = matched
    this.#last = last
  }

  /** Left rows are taken up and not yet done with. */
  get active(): boolean {
    return this.#probe !== null
  }

  /** Joins the left rows from where the last call stopped; null when it gave nothing. */
  next(): Batch | null {
    return this.#probeBatch(this.#probe as Batch, this.#table as JoinTable)
  }

  #probeBatch(probe: Batch, table: JoinTable): Batch | null {
    const { type } = this.#plan
    if (type === 'semi' || type === 'anti') return this.#select(probe, table)
    const keepUnmatched = type === 'left' || type === 'full'
    if (this.#probeAt >= probe.count) {
      this.#probe = null
      return keepUnmatched && this.#last ? this.#unmatchedLeft(probe, table) : null
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
    const { type, nullAware } = this.#plan
    if (nullAware && table.hasNull) return null
    const matched = this.#rowMatched
    const before = this.#last && type === 'anti' ? null : matched.slice()
    this.#match(probe, table)
    if (type === 'anti' && !this.#last) return null
    const nullKeys = this.dropNullKeys ? this.leftKeys(probe) : []
    const selected = new Int32Array(probe.count)
    let kept = 0
    for (let k = 0; k < selected.length; k++) {
      if (type === 'semi' ? matched[k] === 0 || before?.[k] === 1 : matched[k] === 1) continue
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

  /** Rows of the table without a match, for right and full joins; null when there are no more. */
  unmatchedRight(): Batch | null {
    const table = this.#table as JoinTable
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

  clear(): void {
    this.#table = null
    this.#matched = null
    this.#probe = null
  }
}
