/** Starts a target by its name. */
import { startDuckdb } from './duckdb.ts'
import { startPostgresql } from './postgresql.ts'
import type { Target, TargetName } from './target.ts'
import { startTesseradb } from './tesseradb.ts'

const STARTERS: Readonly<Record<TargetName, () => Promise<Target>>> = {
  postgresql: startPostgresql,
  tesseradb: () => startTesseradb(),
  duckdb: startDuckdb,
}

export const startTarget = (name: TargetName): Promise<Target> => STARTERS[name]()
