/** System information functions that answer from the catalog: one file per subject, collected here by name. */
import { featureNotSupported } from '../../errors/raise/analysis.ts'
import type { Datum } from '../../types/sql-type.ts'
import { definitionFunctions } from './definitions.ts'
import { describeFunctions } from './describe.ts'
import { functionFunctions } from './functions.ts'
import { objectFunctions } from './objects.ts'
import { partitionFunctions } from './partitions.ts'
import { privilegeFunctions } from './privileges.ts'
import { sessionFunctions } from './sessions.ts'
import { setFunctions } from './sets.ts'
import { sizeFunctions } from './sizes.ts'
import type { InformationFunction, InformationSource } from './source.ts'

export type { InformationSource, StoredPrinter } from './source.ts'

const FUNCTIONS: ReadonlyMap<string, InformationFunction> = new Map(
  Object.entries({
    ...definitionFunctions,
    ...describeFunctions,
    ...partitionFunctions,
    ...objectFunctions,
    ...functionFunctions,
    ...privilegeFunctions,
    ...sizeFunctions,
    ...sessionFunctions,
    ...setFunctions,
  }),
)

export const systemInformation = (name: string, args: readonly Datum[], source: InformationSource): Datum => {
  const fn = FUNCTIONS.get(name)
  if (fn === undefined) throw featureNotSupported(`function ${name} is not supported`)
  return fn(source, ...args)
}
