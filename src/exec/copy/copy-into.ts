/** COPY FROM: data in one of COPY's formats becomes rows of a table. */
import { coerceToBoolean } from '../../analyze/coerce.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import type { TableItem } from '../../analyze/query.ts'
import type { Node } from '../../sql/ast.ts'
import type { AnalysisContext } from '../../analyze/context.ts'
import { columnDefault, generatedColumns, tableChecks, tableScope } from '../../analyze/table-expressions.ts'
import { tableItem } from '../../analyze/from.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { copyMissingData } from '../../errors/raise/copy.ts'
import { SqlError } from '../../errors/sql-error.ts'
import type { BulkWriter } from '../../storage/table/bulk-writer.ts'
import { isDomainType } from '../../types/domain-type.ts'
import type { Datum, FormatContext } from '../../types/sql-type.ts'
import { Wait } from '../../vector/wait.ts'
import type { ExecutionContext } from '../context.ts'
import { ONE_ROW } from '../expression/compile.ts'
import type { Evaluator } from '../expression/evaluator.ts'
import { interpret } from '../expression/interpret.ts'
import type { RowEvents } from '../modify/row-events.ts'
import { PartitionRouter } from '../modify/partition-router.ts'
import { rowBatch, RowWriter } from '../modify/row-writer.ts'
import { bulkOptions } from '../modify/bulk-options.ts'
import { BinaryCopyReader } from './binary-reader.ts'
import { ColumnCopy } from './column-copy.ts'
import { columnContext, lineContext, type BinaryCopyRow, type CopyRow } from './copy-row.ts'
import type { CopyOptions } from './options.ts'
import { TextCopyReader } from './text-reader.ts'

const LF = 10
const NOTHING = Buffer.alloc(0)

interface CopyTarget {
  readonly writer: RowWriter
  readonly bulk: BulkWriter
  readonly row: Datum[]
}

export class CopyInto {
  rows = 0
  readonly #relation: RelationObject
  readonly #columns: readonly Column[]
  readonly #context: ExecutionContext
  readonly #writer: RowWriter
  /** The table's, null where rows go to partitions. */
  readonly #bulk: BulkWriter | null
  readonly #router: PartitionRouter | null
  readonly #partitions = new Map<number, BulkWriter>()
  readonly #defaults: readonly { place: number; value: Evaluator }[]
  readonly #where: ((row: readonly Datum[]) => boolean) | null
  readonly #text: TextCopyReader | null
  readonly #binary: BinaryCopyReader | null
  /** The quick way, where the table and the data allow it. */
  readonly #quick: ColumnCopy | null
  /** Begin of a line that the quick way has not seen the end of. */
  #rest: Buffer = NOTHING
  readonly #inserted = (rowid: number, count: number): void => this.#writer.insertedMany(rowid, count)
  readonly #lines = new LineNumbers()

  constructor(
    relation: RelationObject,
    columns: readonly Column[],
    options: CopyOptions,
    context: ExecutionContext,
    events: RowEvents,
    analysis: AnalysisContext,
    where: Node | null,
  ) {
    this.#relation = relation
    this.#columns = columns
    this.#context = context
    const item = tableItem(analysis, relation)
    this.#writer = new RowWriter(item, generatedColumns(analysis, item), tableChecks(analysis, item), context, events)
    const isRouted = relation.kind === 'p'
    this.#router = isRouted ? new PartitionRouter(context, relation, events) : null
    this.#bulk = isRouted ? null : this.#bulkFor(this.#writer)
    const given = new Set(columns.map((column) => column.attnum))
    this.#defaults = relation.columns
      .filter((column) => !column.dropped && !given.has(column.attnum))
      .flatMap((column) => {
        const expr = columnDefault(analysis, column)
        return expr === null
          ? []
          : [{ place: column.attnum - 1, value: interpret(expr, { context, layout: new Map() }) }]
      })
    this.#where = where === null ? null : rowCondition(analysis, item, where, context)
    const names = columns.map((column) => column.name)
    const binary = options.format === 'binary'
    this.#text = binary ? null : new TextCopyReader(relation.name, names, options)
    this.#binary = binary ? new BinaryCopyReader(relation.name, names) : null
    const isPlain =
      options.format === 'text' &&
      options.null === '\\N' &&
      columns.length > 0 &&
      this.#where === null &&
      this.#bulk !== null &&
      this.#defaults.length === 0 &&
      !this.#writer.computes
    this.#quick = isPlain
      ? new ColumnCopy(columns, relation.columns.length, options.delimiter, context.eval.format)
      : null
  }

  #bulkFor(writer: RowWriter): BulkWriter {
    const { storage, transaction } = this.#context
    const located = (error: SqlError, ordinal: number): SqlError =>
      error.with({ where: lineContext(this.#relation.name, this.#lines.lineOf(ordinal)) })
    // Which line a partition's row came from is not counted.
    const options =
      this.#router === null ? bulkOptions(writer, this.#context, located) : bulkOptions(writer, this.#context)
    return storage.bulkWriter(transaction, writer.store, options)
  }

  /** Where a row goes, in the form that it has there; a promise while its partition is locked by others. */
  #target(row: Datum[]): CopyTarget | Promise<CopyTarget> {
    if (this.#router === null) return { writer: this.#writer, bulk: this.#bulk as BulkWriter, row }
    const routed = this.#router.route(row)
    const { writer, locking } = routed
    const { oid } = writer.relation
    let bulk = this.#partitions.get(oid)
    if (bulk === undefined) {
      bulk = this.#bulkFor(writer)
      this.#partitions.set(oid, bulk)
    }
    const target = { writer, bulk, row: routed.row }
    return locking === null ? target : locking.promise.then(() => target)
  }

  #bulks(): Iterable<BulkWriter> {
    return this.#bulk === null ? this.#partitions.values() : [this.#bulk]
  }

  async #finishBulks(): Promise<void> {
    for (const bulk of this.#bulks()) await bulk.finish()
  }

  /** Stores the rows that a chunk completes; the chunk is of no use any more when the promise has resolved. */
  async push(chunk: Uint8Array): Promise<void> {
    try {
      await this.#push(chunk)
    } catch (error) {
      // A row before the one that failed may have a key that is taken: then that is the statement's error.
      await this.#finishBulks()
      throw error
    }
  }

  async #push(chunk: Uint8Array): Promise<void> {
    if (this.#text !== null) await this.#pushText(this.#text, chunk)
    else if (this.#binary !== null) await this.#store(this.#binary.push(chunk), (row) => this.#binaryRow(row))
    for (const bulk of this.#bulks()) {
      const pressure = bulk.pressure()
      if (pressure !== null) await pressure.promise
    }
    const wait = this.#context.poll()
    if (wait !== null) await wait.promise
  }

  async #pushText(reader: TextCopyReader, chunk: Uint8Array): Promise<void> {
    const read = (row: CopyRow): Datum[] => this.#textRow(row)
    const bulk = this.#bulk
    if (this.#quick === null || bulk === null) return this.#store(reader.push(chunk), read)
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#rest.length > 0) {
      // Only the line that the last chunk began is put together.
      const end = bytes.indexOf(LF) + 1
      bytes = Buffer.concat([this.#rest, end === 0 ? bytes : bytes.subarray(0, end)])
      this.#rest = NOTHING
      if (end > 0) {
        await this.#pushText(reader, bytes)
        return this.#pushText(reader, chunk.subarray(end))
      }
    }
    let at = 0
    while (at < bytes.length && !bulk.unchecked && reader.idle) {
      const taken = this.#quick.take(bytes, at, bulk, this.#inserted)
      reader.skip(taken.rows)
      this.rows += taken.rows
      at = taken.at
      const end = bytes.indexOf(LF, at)
      if (end < 0) {
        this.#rest = Buffer.from(bytes.subarray(at))
        return
      }
      if (at < bytes.length) await this.#store(reader.push(bytes.subarray(at, end + 1)), read)
      at = end + 1
    }
    this.#rest = NOTHING
    await this.#store(reader.push(bytes.subarray(at)), read)
  }

  async finish(): Promise<void> {
    if (this.#text !== null) {
      await this.#store([...this.#text.push(this.#rest), ...this.#text.finish()], (row) => this.#textRow(row))
    }
    if (this.#binary !== null) await this.#store(this.#binary.finish(), (row) => this.#binaryRow(row))
    await this.#finishBulks()
  }

  async #store<R extends { readonly line: number; readonly content?: string }>(
    rows: readonly R[],
    read: (row: R) => Datum[],
  ): Promise<void> {
    for (const source of rows) {
      const whole = read(source)
      if (this.#where !== null && !this.#where(whole)) continue
      let target: CopyTarget | Promise<CopyTarget>
      try {
        target = this.#target(whole)
        if (target instanceof Promise) target = await target
        target.writer.complete(target.row)
      } catch (error) {
        throw located(error, lineContext(this.#relation.name, source.line, source.content))
      }
      const { writer, bulk, row } = target
      while (bulk.unchecked) {
        const conflict = writer.obstacle(row)
        if (conflict === null) break
        // PostgreSQL stores rows in batches and no longer has the line's text when a key turns out to be taken.
        if (!(conflict instanceof Wait)) {
          throw located(writer.violation(conflict), lineContext(this.#relation.name, source.line))
        }
        await conflict.promise
      }
      this.#lines.note(this.rows, source.line)
      writer.inserted(bulk.append(row), row)
      this.rows++
    }
  }

  #blank(): Datum[] {
    const row = this.#writer.blank()
    for (const { place, value } of this.#defaults) row[place] = value(ONE_ROW, 0)
    return row
  }

  #textRow(source: CopyRow): Datum[] {
    const { fields, line } = source
    const row = this.#blank()
    const { format } = this.#context.eval
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i] as Column
      const text = fields[i]
      if (text === undefined) {
        throw located(copyMissingData(column.name), lineContext(this.#relation.name, line, source.content))
      }
      row[column.attnum - 1] =
        text === null ? this.#none(column, line, format) : this.#parse(column, text, line, format)
    }
    return row
  }

  #none({ type, name }: Column, line: number, { checkDomain }: FormatContext): null {
    try {
      if (isDomainType(type)) checkDomain?.(type, null)
    } catch (error) {
      throw located(error, columnContext(this.#relation.name, line, name))
    }
    return null
  }

  #parse(column: Column, text: string, line: number, format: FormatContext): Datum {
    try {
      const value = column.type.parse(text, column.typmod, format)
      return column.typmod < 0 ? value : column.type.applyTypmod(value, column.typmod, false)
    } catch (error) {
      throw located(error, columnContext(this.#relation.name, line, column.name, text))
    }
  }

  #binaryRow({ fields, line }: BinaryCopyRow): Datum[] {
    const row = this.#blank()
    const { format } = this.#context.eval
    for (const [i, column] of this.#columns.entries()) {
      const bytes = fields[i] ?? null
      try {
        row[column.attnum - 1] =
          bytes === null
            ? this.#none(column, line, format)
            : column.type.receive(Uint8Array.from(bytes), column.typmod, format)
      } catch (error) {
        throw located(error, columnContext(this.#relation.name, line, column.name))
      }
    }
    return row
  }
}

/** Which line each row came from, as far as that does not follow from the row before it. */
class LineNumbers {
  readonly #ordinals: number[] = []
  readonly #lines: number[] = []

  note(ordinal: number, line: number): void {
    if (this.lineOf(ordinal) === line) return
    this.#ordinals.push(ordinal)
    this.#lines.push(line)
  }

  lineOf(ordinal: number): number {
    let low = 0
    let high = this.#ordinals.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ordinals[middle] as number) <= ordinal) low = middle + 1
      else high = middle
    }
    return low === 0 ? -1 : (this.#lines[low - 1] as number) + ordinal - (this.#ordinals[low - 1] as number)
  }
}

/** COPY … WHERE: a condition over the row as it would be stored. */
const rowCondition = (analysis: AnalysisContext, item: TableItem, where: Node, context: ExecutionContext) => {
  const scope = tableScope(analysis, item)
  const condition = scope.within(CLAUSE.copyWhere, () =>
    coerceToBoolean(analysis, analysis.expr(scope, where), 'WHERE', undefined),
  )
  const layout = new Map(item.columns.map((column) => [column.id, column.attnum - 1]))
  const test = interpret(condition, { context, layout })
  return (row: readonly Datum[]): boolean => test(rowBatch(row), 0) === true
}

/** Errors of the data say where it stood. */
const located = (error: unknown, where: string): unknown => (error instanceof SqlError ? error.with({ where }) : error)
