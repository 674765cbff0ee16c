/** pg_sequence and the view pg_sequences. */
import type { RelationObject, SequenceDefinition } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { ownerName, schemaName } from './names.ts'
import { catalogTable, catalogView } from './relation.ts'

const SEQUENCE_COLUMNS = `
  seqrelid oid!, seqtypid oid!, seqstart int8!, seqincrement int8!, seqmax int8!, seqmin int8!, seqcache int8!,
  seqcycle bool!`

const SEQUENCES_COLUMNS = `
  schemaname name, sequencename name, sequenceowner name, data_type regtype, start_value int8, min_value int8,
  max_value int8, increment_by int8, cycle bool, cache_size int8, last_value int8`

type Sequence = RelationObject & { readonly sequence: SequenceDefinition }

const sequences = (catalog: CatalogSnapshot): Sequence[] =>
  Array.from(catalog.all('relation')).filter((relation): relation is Sequence => relation.sequence !== null)

const pgSequence = catalogTable('pg_sequence', 2224, SEQUENCE_COLUMNS, ({ catalog }) =>
  sequences(catalog).map(({ oid, sequence }) => ({
    seqrelid: oid,
    seqtypid: sequence.type.oid,
    seqstart: sequence.start,
    seqincrement: sequence.increment,
    seqmax: sequence.max,
    seqmin: sequence.min,
    seqcache: sequence.cache,
    seqcycle: sequence.cycle,
  })),
)

const pgSequences = catalogView(
  'pg_sequences',
  12048,
  SEQUENCES_COLUMNS,
  ({ catalog, eval: session }) =>
    sequences(catalog).map((relation) => {
      const { sequence } = relation
      const state = session.sequences.state(relation.storageId)
      return {
        schemaname: schemaName(catalog, relation),
        sequencename: relation.name,
        sequenceowner: ownerName(catalog, relation),
        data_type: sequence.type.oid,
        start_value: sequence.start,
        min_value: sequence.min,
        max_value: sequence.max,
        increment_by: sequence.increment,
        cycle: sequence.cycle,
        cache_size: sequence.cache,
        last_value: state.isCalled ? state.lastValue : null,
      }
    }),
  'session',
)

export const sequenceRelations = [pgSequence, pgSequences]
