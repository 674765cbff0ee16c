/** pg_inherits and pg_partitioned_table: which tables come from which others, and how tables are partitioned. */
import type { PartitionKey } from '../objects.ts'
import { partitionDescriptor } from '../partitions.ts'
import { vector } from './arrays.ts'
import { BTREE, HASH, operatorClass } from './data/operator-classes.ts'
import { storedExpressions } from './expressions.ts'
import { catalogTable } from './relation.ts'

const pgInherits = catalogTable(
  'pg_inherits',
  2611,
  'inhrelid oid!, inhparent oid!, inhseqno int4!, inhdetachpending bool!',
  ({ catalog }) =>
    Array.from(catalog.all('relation')).flatMap(({ oid, inherits = [] }) =>
      inherits.map((inhparent, i) => ({ inhrelid: oid, inhparent, inhseqno: i + 1, inhdetachpending: false })),
    ),
)

const STRATEGY_LETTERS: Readonly<Record<PartitionKey['strategy'], string>> = { range: 'r', list: 'l', hash: 'h' }

const COLUMNS = `
  partrelid oid!, partstrat char!, partnatts int2!, partdefid oid!, partattrs int2vector!, partclass oidvector!,
  partcollation oidvector!, partexprs pg_node_tree`

const pgPartitionedTable = catalogTable('pg_partitioned_table', 3350, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('relation')).flatMap((relation) => {
    const { oid, columns, partitionKey } = relation
    if (partitionKey === undefined) return []
    const { strategy, keys } = partitionKey
    const method = strategy === 'hash' ? HASH : BTREE
    const expressions = keys.flatMap(({ expression }) => (expression === null ? [] : [expression]))
    return [
      {
        partrelid: oid,
        partstrat: STRATEGY_LETTERS[strategy],
        partnatts: keys.length,
        partdefid: partitionDescriptor(catalog, relation).fallback?.relation.oid ?? 0,
        partattrs: vector(keys.map(({ attnum }) => attnum)),
        partclass: vector(keys.map(({ type, opclass }) => operatorClass(type, method, opclass)?.oid ?? 0)),
        partcollation: vector(keys.map(({ attnum, type }) => columns[attnum - 1]?.collation ?? type.collation)),
        partexprs: expressions.length === 0 ? null : storedExpressions(expressions),
      },
    ]
  }),
)

export const inheritanceRelations = [pgInherits, pgPartitionedTable]
