/** What the rows of a system relation are computed from: the catalog and the session of the statement that asks. */
import type { EvalContext } from '../../functions/context.ts'
import type { Storage } from '../../storage/storage.ts'
import type { CatalogSnapshot } from '../snapshot.ts'

export interface SystemSource {
  readonly catalog: CatalogSnapshot
  readonly eval: EvalContext
  readonly storage: Storage
}
