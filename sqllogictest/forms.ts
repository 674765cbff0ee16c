/** The forms in which the records of a file can run: the same answers, found in other ways. */

export interface Form {
  /** Statements that the session begins with. */
  readonly setup: readonly string[]
  /** What comes between statements that may have changed something and the next query, outside transactions. */
  readonly beforeQueries: string | null
}

export const FORMS = {
  /** Rows as they were written: in memory, and in LevelDB. */
  overlay: { setup: [], beforeQueries: null },
  /** Rows merged into segments before each query that may see a change. */
  segments: { setup: [], beforeQueries: 'VACUUM' },
  /** Plans as the statements say, without the optimizer. */
  unoptimized: { setup: ['SET tesseradb.optimizer = off'], beforeQueries: null },
} as const satisfies Readonly<Record<string, Form>>

export type FormName = keyof typeof FORMS

export const isFormName = (name: string): name is FormName => Object.hasOwn(FORMS, name)
