/** What INSERT, UPDATE and DELETE share: they run whole on the first pull, and then deliver RETURNING's rows. */
import type { TableItem } from '../../analyze/query.ts'
import type { PlanColumn } from '../../plan/physical.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext, PinnedRow } from '../context.ts'
import type { Operator, Pull } from '../operator.ts'
import { RowBuffer } from '../row-buffer.ts'

export abstract class Modification implements Operator {
  protected readonly context: ExecutionContext
  /** Rows stored, changed or removed: the number in the command tag. */
  affected = 0
  readonly #outputs: readonly PlanColumn[]
  readonly #input: Operator | null
  readonly #returned: RowBuffer
  readonly #positions: readonly number[]
  #running: Promise<void> | null = null
  #done = false
  #at = 0

  constructor(outputs: readonly PlanColumn[], context: ExecutionContext, input: Operator | null) {
    this.context = context
    this.#outputs = outputs
    this.#input = input
    this.#returned = new RowBuffer(outputs.map((column) => column.type))
    this.#positions = outputs.map((_, i) => i)
  }

  open(): void {
    this.affected = 0
    this.#running = null
    this.#done = false
    this.#at = 0
    if (this.#returned.rows.length > 0) this.#returned.rows = []
    this.#input?.open()
  }

  /** Changes all rows; calls `deliver` for each that RETURNING asks for. A promise only where something is awaited. */
  protected abstract modify(): Promise<void> | null

  next(): Pull {
    if (!this.#done) {
      this.#running ??= this.#start()
      if (this.#running !== null) return new Wait(this.#running)
    }
    if (this.#outputs.length === 0) return null
    const batch = this.#returned.batch(this.#at, this.#positions)
    if (batch !== null) this.#at += batch.length
    return batch
  }

  #start(): Promise<void> | null {
    const running = this.modify()
    if (running !== null) return this.#finish(running)
    this.#done = true
    return null
  }

  async #finish(running: Promise<void>): Promise<void> {
    await running
    this.#done = true
  }

  /** Keeps what RETURNING may ask of a row: the table's columns, and those of the joined source. */
  protected deliver(
    table: TableItem,
    row: readonly Datum[],
    { rowid, relation }: PinnedRow,
    source: { batch: Batch; position: number; layout: ReadonlyMap<number, number> } | null,
  ): void {
    if (this.#outputs.length === 0) return
    const places = this.#places(table)
    this.#returned.rows.push(
      this.#outputs.map(({ id }) => {
        const attnum = places.get(id)
        if (attnum === undefined) return source?.batch.columns[source.layout.get(id) as number]?.get(source.position)
        if (attnum > 0) return row[attnum - 1]
        return attnum === -1 ? rowid : relation
      }),
    )
  }

  #known: ReadonlyMap<number, number> | null = null

  #places(table: TableItem): ReadonlyMap<number, number> {
    this.#known ??= new Map(table.columns.map((column) => [column.id, column.attnum]))
    return this.#known
  }

  close(): void {
    this.#input?.close()
  }
}
