/** SQL cursors: a running query with a position. SCROLL and WITH HOLD cursors keep the rows they have read. */
import { cursorForwardOnly } from '../errors/raise/session.ts'
import { RowBuffer, rowsBatch } from '../exec/row-buffer.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { FieldDescription } from './contract.ts'
import type { CursorSources } from './cursor-rows.ts'
import type { RunningPlan } from './run-plan.ts'

/** Rows that a cursor keeps behind it which was not declared with SCROLL. */
const KEPT_ROWS = 50_000

export class Cursor {
  readonly name: string
  readonly fields: readonly FieldDescription[]
  readonly statement: string
  readonly scroll: boolean
  readonly hold: boolean
  readonly binary: boolean
  /** Tables whose rows are behind its own. */
  readonly sources: CursorSources
  /** Rows read and kept; without SCROLL only those pulled and not yet passed. */
  readonly #buffer: RowBuffer
  #running: RunningPlan | null
  readonly #release: () => void
  readonly #explicit: boolean
  /** Rows dropped from the front of the buffer. */
  #dropped = 0
  /** Row the cursor stands on, from 1; 0: before the first. */
  #position = 0
  #ended = false

  constructor(
    options: Pick<Cursor, 'name' | 'fields' | 'statement' | 'scroll' | 'hold' | 'binary' | 'sources'>,
    /** Types of all columns: those of its fields, and addresses. */
    types: readonly SqlType[],
    running: RunningPlan,
    release: () => void,
    explicit: boolean,
  ) {
    this.name = options.name
    this.fields = options.fields
    this.statement = options.statement
    this.scroll = options.scroll
    this.hold = options.hold
    this.binary = options.binary
    this.sources = options.sources
    this.#buffer = new RowBuffer(types)
    this.#running = running
    this.#release = release
    this.#explicit = explicit
  }

  /** Reads until row `number` is in the buffer; false when there are fewer rows. */
  async #reach(number: number): Promise<boolean> {
    while (!this.#ended && this.#dropped + this.#buffer.rows.length < number) {
      const batch = (await this.#running?.next()) ?? null
      if (batch === null) this.#ended = true
      else this.#buffer.add(batch)
    }
    return this.#dropped + this.#buffer.rows.length >= number
  }

  #row(number: number): Datum[] {
    return this.#buffer.rows[number - 1 - this.#dropped] as Datum[]
  }

  /** Everything into memory, so that the transaction may end (WITH HOLD). */
  async materialize(): Promise<void> {
    await this.#reach(Number.POSITIVE_INFINITY)
    this.#stop()
  }

  #backward(): void {
    if (!this.scroll || this.#dropped > 0) throw cursorForwardOnly()
  }

  /** FETCH FORWARD count (Infinity: ALL). */
  async forward(count: number): Promise<Datum[][]> {
    if (count < 0) return this.backward(-count)
    if (count === 0) return this.#current()
    const rows: Datum[][] = []
    while (rows.length < count) {
      if (!(await this.#reach(this.#position + 1))) {
        this.#position = this.#dropped + this.#buffer.rows.length + 1
        break
      }
      this.#position++
      rows.push(this.#row(this.#position))
    }
    this.#forget()
    return rows
  }

  /** Rows behind a forward-only cursor are never asked for again. */
  #forget(): void {
    // A cursor that nobody declared with SCROLL goes back only as far as that takes little memory.
    if (this.scroll && (this.#explicit || this.#buffer.rows.length < KEPT_ROWS)) return
    const passed = this.#position - 1 - this.#dropped
    if (passed <= 0) return
    this.#buffer.rows = this.#buffer.rows.slice(passed)
    this.#dropped += passed
  }

  async backward(count: number): Promise<Datum[][]> {
    if (count < 0) return this.forward(-count)
    if (count === 0) return this.#current()
    this.#backward()
    const rows: Datum[][] = []
    while (rows.length < count && this.#position > 1) {
      this.#position--
      rows.push(this.#row(this.#position))
    }
    if (rows.length < count) this.#position = 0
    return rows
  }

  async #current(): Promise<Datum[][]> {
    const here = this.#position > 0 && (await this.#reach(this.#position))
    return here ? [this.#row(this.#position)] : []
  }

  /** FETCH ABSOLUTE; negative counts from the end. */
  async absolute(number: number): Promise<Datum[][]> {
    let target = number
    if (number < 0) {
      await this.#reach(Number.POSITIVE_INFINITY)
      target = this.#dropped + this.#buffer.rows.length + 1 + number
    }
    if (target < this.#position || (target === this.#position && !this.scroll)) this.#backward()
    if (target <= 0) {
      this.#position = 0
      return []
    }
    if (!(await this.#reach(target))) {
      this.#position = this.#dropped + this.#buffer.rows.length + 1
      return []
    }
    this.#position = target
    const rows = [this.#row(target)]
    this.#forget()
    return rows
  }

  relative(offset: number): Promise<Datum[][]> {
    return offset === 0 ? this.#current() : this.absolute(Math.max(0, this.#position + offset))
  }

  /** The row that it stands on, with addresses. */
  current(): readonly Datum[] | null {
    return this.#position > this.#dropped ? (this.#row(this.#position) ?? null) : null
  }

  batch(rows: readonly Datum[][]): Batch | null {
    return rowsBatch(
      rows,
      this.#buffer.types,
      this.fields.map((_, i) => i),
    )
  }

  #stop(): void {
    this.#running?.close()
    this.#running = null
    this.#ended = true
    this.#release()
  }

  close(): void {
    if (this.#running !== null) this.#stop()
  }
}
