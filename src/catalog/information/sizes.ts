/** Sizes, files, properties and statistics of relations. */
import { undefinedTable } from '../../errors/raise/analysis.ts'
import type { RelationObject } from '../objects.ts'
import type { InformationFunction, InformationFunctions, InformationSource } from './source.ts'

/** Bytes that a relation's rows or entries take; computed relations and views take none. */
const bytesOf = ({ storage, catalog }: InformationSource, relation: RelationObject): number => {
  if (relation.index === null) return storage.findStore(relation.storageId)?.size ?? 0
  const table = catalog.relation(relation.index.table)
  const index = storage
    .findStore(table?.storageId ?? 0)
    ?.indexes.find(({ definition }) => definition.id === relation.oid)
  return index?.size ?? 0
}

const sizeOf =
  (size: (source: InformationSource, relation: RelationObject) => number): InformationFunction =>
  (source, oid) => {
    const relation = source.catalog.relation(oid)
    return relation === null ? null : size(source, relation)
  }

const indexBytes = (source: InformationSource, relation: RelationObject): number =>
  source.catalog.indexesOf(relation.oid).reduce((total, index) => total + bytesOf(source, index), 0)

const databaseBytes: InformationFunction = ({ storage }) => {
  let total = 0
  for (const store of storage.stores) {
    total += store.size
    for (const index of store.indexes) total += index.size
  }
  return total
}

const MAIN_FORK = 'main'

/** A counter of the statistics collector: nothing is counted. */
const noCount: InformationFunction = () => 0

const liveTuples = sizeOf(({ storage }, relation) =>
  (relation.kind === 'r' || relation.kind === 'm') && relation.storageId !== 0
    ? storage.store(relation.storageId).rowCount
    : 0,
)

export const sizeFunctions: InformationFunctions = {
  pg_relation_size: (source, oid, fork = MAIN_FORK) => sizeOf(fork === MAIN_FORK ? bytesOf : () => 0)(source, oid),
  pg_table_size: sizeOf(bytesOf),
  pg_indexes_size: sizeOf(indexBytes),
  pg_total_relation_size: sizeOf((source, relation) => bytesOf(source, relation) + indexBytes(source, relation)),
  pg_database_size: databaseBytes,
  pg_tablespace_size: databaseBytes,
  pg_tablespace_location: () => '',
  pg_relation_filenode: sizeOf((_source, { storageId, oid }) => storageId || oid),
  pg_relation_filepath: () => null,
  pg_filenode_relation: () => null,
  pg_relation_is_updatable: (source, oid) => {
    const relation = source.catalog.relation(oid)
    return relation === null || relation.system !== null ? 0 : changesOf(source, relation)
  },
  pg_column_is_updatable: (source, oid, attnum) => {
    const relation = source.catalog.relation(oid)
    if (relation === null || relation.system !== null || attnum <= 0) return false
    if (relation.kind === 'v') return source.printer.updatable(relation)?.includes(attnum) === true
    return isTable(relation) && relation.columns[attnum - 1]?.generated === false
  },
  pg_relation_is_publishable: ({ catalog }, oid) => {
    const relation = catalog.relation(oid)
    return relation === null ? null : relation.kind === 'r' && relation.system === null && relation.persistence === 'p'
  },
  pg_index_column_has_property: ({ catalog }, oid, column, property) => {
    const key = catalog.relation(oid)?.index?.keys[column - 1]
    if (key === undefined) return null
    const answers: Readonly<Record<string, boolean>> = {
      asc: !key.descending,
      desc: key.descending,
      nulls_first: key.nullsFirst,
      nulls_last: !key.nullsFirst,
      orderable: true,
      distance_orderable: false,
      returnable: true,
      search_array: true,
      search_nulls: true,
    }
    return answers[(property as string).toLowerCase()] ?? null
  },
  pg_index_has_property: (_source, _oid, property) =>
    ({ clusterable: true, index_scan: true, bitmap_scan: true, backward_scan: true })[
      (property as string).toLowerCase()
    ] ?? null,
  pg_indexam_has_property: (_source, _oid, property) =>
    ({ can_order: true, can_unique: true, can_multi_col: true, can_exclude: true, can_include: true })[
      (property as string).toLowerCase()
    ] ?? null,
  pg_sequence_parameters: (source, oid) => {
    const definition = source.catalog.relation(oid)?.sequence ?? null
    if (definition === null) throw undefinedTable(`relation with OID ${oid} does not exist`)
    const { start, min, max, increment, cycle, cache, type } = definition
    return [start, min, max, increment, cycle, cache, type.oid]
  },
  pg_sequence_last_value: (source, oid) => {
    const relation = source.catalog.relation(oid)
    if (relation === null || relation.sequence === null) return null
    const { isCalled, lastValue } = source.eval.sequences.state(relation.storageId)
    return isCalled ? lastValue : null
  },
  pg_stat_get_numscans: noCount,
  pg_stat_get_tuples_returned: noCount,
  pg_stat_get_tuples_fetched: noCount,
  pg_stat_get_tuples_inserted: noCount,
  pg_stat_get_tuples_updated: noCount,
  pg_stat_get_tuples_deleted: noCount,
  pg_stat_get_tuples_hot_updated: noCount,
  pg_stat_get_live_tuples: liveTuples,
  pg_stat_get_dead_tuples: noCount,
}

/** Changes as bits of command numbers. */
const DELETE = 1 << 4
const EVERY_CHANGE = (1 << 2) | (1 << 3) | DELETE

const isTable = ({ kind }: RelationObject): boolean => kind === 'r' || kind === 'p'

const changesOf = (source: InformationSource, relation: RelationObject): number => {
  if (isTable(relation)) return EVERY_CHANGE
  const columns = relation.kind === 'v' ? source.printer.updatable(relation) : null
  if (columns === null) return 0
  return columns.length === 0 ? DELETE : EVERY_CHANGE
}
