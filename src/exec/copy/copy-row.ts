/** One row of COPY data as a reader found it, and how errors say where it stood. */

/** Most characters of a line or a value that a CONTEXT line shows. */
const SHOWN = 100

const shorten = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text)

/** The CONTEXT line of an error at a line, e.g. `COPY t, line 3: "1,x"`. */
export const lineContext = (table: string, line: number, content?: string): string =>
  `COPY ${table}, line ${line}${content === undefined ? '' : `: "${shorten(content)}"`}`

/** The CONTEXT line of an error at a value; `value` undefined: binary, null: NULL. */
export const columnContext = (table: string, line: number, column: string, value?: string | null): string => {
  const place = `COPY ${table}, line ${line}, column ${column}`
  if (value === undefined) return place
  return value === null ? `${place}: null input` : `${place}: "${shorten(value)}"`
}

/** A row of the text or CSV format. */
export interface CopyRow {
  /** Values in order; there may be fewer than there are columns, never more. */
  readonly fields: (string | null)[]
  /** Number of the (last) line of the row, from 1. */
  readonly line: number
  /** The line as it came, for the CONTEXT of errors that concern the row. */
  readonly content: string
}

/** A row of the binary format. */
export interface BinaryCopyRow {
  readonly fields: (Uint8Array | null)[]
  readonly line: number
}
