/** System information functions that answer from the catalog: one file per subject, collected here by name. */
import { featureNotSupported } from '../../errors/raise/analysis.ts'
import type { EvalContext } from '../../functions/context.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { CatalogSnapshot } from '../snapshot.ts'

/** What such a function may look at. */
export interface InformationSource {
  readonly catalog: CatalogSnapshot
  /** Effective schema names, implicit ones included. */
  readonly searchPath: readonly string[]
  readonly storage: Storage
  readonly eval: EvalContext
}

export type InformationFunction = (source: InformationSource, ...args: Datum[]) => Datum

const FUNCTIONS: ReadonlyMap<string, InformationFunction> = new Map()

export const systemInformation = (name: string, args: readonly Datum[], source: InformationSource): Datum => {
  const fn = FUNCTIONS.get(name)
  if (fn === undefined) throw featureNotSupported(`function ${name} is not supported`)
  return fn(source, ...args)
}
