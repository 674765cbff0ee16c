/** A database that benchmarks run against. */
export interface Target {
  readonly name: string
  /** What was measured: version and, where it matters, settings. */
  readonly description: string
  /** Runs statements whose results nobody looks at. */
  execute(sql: string): Promise<void>
  /** Fills a table from a file of rows with values apart by `|`. */
  load(table: string, file: string): Promise<void>
  /** Runs a query; answers its rows as text where the target gives text. */
  query(sql: string): Promise<readonly (readonly unknown[])[]>
  /** Address for clients of their own; null when the database is inside this process. */
  readonly address: { readonly host: string; readonly port: number; readonly user: string } | null
  close(): Promise<void>
}

/** Names on the command line, and how each target starts. */
export const TARGET_NAMES = ['postgresql', 'tesseradb', 'duckdb'] as const
export type TargetName = (typeof TARGET_NAMES)[number]
