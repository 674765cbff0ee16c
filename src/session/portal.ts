/** Prepared statements and portals of a session. */
import type { Node } from '../sql/ast.ts'
import type { Datum, SqlType } from '../types/sql-type.ts'
import type { Batch } from '../vector/batch.ts'
import type { FieldDescription, ResultSink } from './contract.ts'
import type { StatementPlan } from './plan-statement.ts'
import type { RunningPlan } from './run-plan.ts'

export interface PreparedStatement {
  readonly name: string
  readonly sql: string
  /** Null: an empty statement. */
  readonly node: Node | null
  /** As declared by Parse; types found out by analysis are in `parameterTypes`. */
  readonly declared: readonly (SqlType | null)[]
  parameterTypes: readonly SqlType[]
  fields: readonly FieldDescription[] | null
  /** The plan for the present catalog; null for utility statements. */
  plan: StatementPlan | null
  /** When it was prepared: microseconds since 2000-01-01. */
  readonly preparedAt: number
  /** Made by PREPARE rather than by the protocol. */
  readonly fromSql: boolean
}

export class Portal {
  readonly name: string
  readonly statement: PreparedStatement
  readonly parameters: readonly Datum[]
  readonly formats: readonly number[]
  fields: readonly FieldDescription[] | null
  running: RunningPlan | null = null
  /** Rows of a pulled batch that were not asked for yet. */
  rest: Batch | null = null
  /** Ran to its end. */
  done = false
  /** Keeps what the portal's snapshot sees; called when the portal goes. */
  release: (() => void) | null = null

  constructor(
    name: string,
    statement: PreparedStatement,
    parameters: readonly Datum[],
    formats: readonly number[],
    fields: readonly FieldDescription[] | null,
  ) {
    this.name = name
    this.statement = statement
    this.parameters = parameters
    this.formats = formats
    this.fields = fields
  }

  close(): void {
    this.running?.close()
    this.running = null
    this.rest = null
    this.release?.()
    this.release = null
  }
}

/** One Execute message's work on a portal. */
export class PortalRun {
  readonly portal: Portal
  readonly sink: ResultSink
  /** Rows that may still be delivered, and those that were. */
  left: number
  delivered = 0
  #ended = false

  /** `maxRows` 0: all. */
  constructor(portal: Portal, maxRows: number, sink: ResultSink) {
    this.portal = portal
    this.sink = sink
    this.left = maxRows === 0 ? Number.POSITIVE_INFINITY : maxRows
  }

  /** Sees to it that the portal has rows at hand, unless they have ended; a promise to be awaited before asking again. */
  pull(running: RunningPlan): null | Promise<void> {
    const { portal } = this
    if (portal.rest !== null || this.#ended) return null
    const pulled = running.next()
    if (!(pulled instanceof Promise)) {
      portal.rest = pulled
      return null
    }
    return pulled.then((batch) => {
      portal.rest = batch
      this.#ended = batch === null
    })
  }
}

/** The first `count` live rows of a batch, and the others. */
export const splitBatch = (batch: Batch, count: number): [Batch, Batch | null] => {
  if (batch.count <= count) return [batch, null]
  const positions = Int32Array.from({ length: batch.count }, (_, k) => batch.position(k))
  return [batch.select(positions.subarray(0, count)), batch.select(positions.subarray(count))]
}
