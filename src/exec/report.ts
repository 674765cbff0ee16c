/** What an operator tells EXPLAIN ANALYZE about the run behind it, beyond rows and times. */

export interface RunReport {
  /** Lines of the text format. */
  readonly lines: readonly string[]
  /** Properties of the structured formats. */
  readonly properties: readonly (readonly [key: string, value: string | number])[]
}

export interface Reporting {
  /** Null: nothing to tell. Asked for after the operator was closed. */
  report(): RunReport | null
}

export const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024)
