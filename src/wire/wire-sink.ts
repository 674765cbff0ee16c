/** Sends what running statements produce to the client. One sink per Query or Execute message. */
import type { FieldDescription, ResultSink } from '../session/contract.ts'
import type { FormatContext } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import {
  writeCommandComplete,
  writeCopyData,
  writeCopyResponse,
  writeEmpty,
  writeRowDescription,
} from './backend-messages.ts'
import type { ClientInput } from './client-input.ts'
import { type ClientOutput, FLUSH_SIZE } from './client-output.ts'
import { copyInStream } from './copy-in.ts'
import { columnWriters, writeDataRows } from './data-row.ts'

export class WireSink implements ResultSink {
  readonly #input: ClientInput
  readonly #output: ClientOutput
  readonly #session: { readonly formatContext: FormatContext }
  /** Result formats of a portal; null: text throughout. */
  readonly #formats: readonly number[] | null
  /** The client sent something else in the middle of COPY data. */
  desynchronized = false

  constructor(
    input: ClientInput,
    output: ClientOutput,
    session: { readonly formatContext: FormatContext },
    formats: readonly number[] | null,
  ) {
    this.#input = input
    this.#output = output
    this.#session = session
    this.#formats = formats
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    writeRowDescription(this.#output.buffer, fields, this.#formats)
  }

  rows(batch: Batch, fields: readonly FieldDescription[]): void | Promise<void> {
    const writers = columnWriters(this.#output.buffer, batch, fields, this.#formats, this.#session.formatContext)
    return this.#rowsFrom(0, batch, writers)
  }

  #rowsFrom(first: number, batch: Batch, writers: ReturnType<typeof columnWriters>): void | Promise<void> {
    let row = first
    while (row < batch.count) {
      row = writeDataRows(this.#output.buffer, batch, row, FLUSH_SIZE, writers)
      const drained = this.#output.relieve()
      if (drained !== undefined) return drained.then(() => this.#rowsFrom(row, batch, writers))
    }
  }

  commandComplete(tag: string): void {
    writeCommandComplete(this.#output.buffer, tag)
  }

  emptyQuery(): void {
    writeEmpty(this.#output.buffer, 'emptyQueryResponse')
  }

  copyIn(format: 'text' | 'binary', columnCount: number): AsyncIterable<Uint8Array> {
    writeCopyResponse(this.#output.buffer, 'in', format, columnCount)
    this.#output.flush()
    return copyInStream(this.#input, () => {
      this.desynchronized = true
    })
  }

  copyOutBegin(format: 'text' | 'binary', columnCount: number): void {
    writeCopyResponse(this.#output.buffer, 'out', format, columnCount)
  }

  copyOutData(chunk: Uint8Array): void | Promise<void> {
    writeCopyData(this.#output.buffer, chunk)
    return this.#output.relieve()
  }

  copyOutEnd(): void {
    writeEmpty(this.#output.buffer, 'copyDone')
  }
}
