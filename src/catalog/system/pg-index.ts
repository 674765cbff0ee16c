/** pg_index: what indexes are over. */
import type { RelationObject } from '../objects.ts'
import { vector } from './arrays.ts'
import { BTREE, METHOD_OIDS, operatorClass } from './data/operator-classes.ts'
import { storedExpression, storedExpressions } from './expressions.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  indexrelid oid!, indrelid oid!, indnatts int2!, indnkeyatts int2!, indisunique bool!, indnullsnotdistinct bool!,
  indisprimary bool!, indisexclusion bool!, indimmediate bool!, indisclustered bool!, indisvalid bool!,
  indcheckxmin bool!, indisready bool!, indislive bool!, indisreplident bool!, indkey int2vector!, indcollation
  oidvector!, indclass oidvector!, indoption int2vector!, indexprs pg_node_tree, indpred pg_node_tree`

const DESCENDING = 1
const NULLS_FIRST = 2

const indexRow = (relation: RelationObject): SystemRow => {
  const { table, method, keys, included, unique, primary, immediate, nullsNotDistinct, predicate } =
    relation.index as NonNullable<RelationObject['index']>
  const expressions = keys.flatMap(({ expression }) => (expression === null ? [] : [expression]))
  return {
    indexrelid: relation.oid,
    indrelid: table,
    indnatts: keys.length + included.length,
    indnkeyatts: keys.length,
    indisunique: unique,
    indnullsnotdistinct: nullsNotDistinct,
    indisprimary: primary,
    indisexclusion: relation.index?.exclusion !== undefined,
    indimmediate: immediate,
    indisclustered: relation.index?.clustered === true,
    indisvalid: relation.index?.valid !== false,
    indcheckxmin: false,
    indisready: relation.index?.ready !== false,
    indislive: true,
    indisreplident: relation.index?.replicaIdentity === true,
    indkey: vector([...keys.map((key) => key.attnum), ...included]),
    indcollation: vector(keys.map(({ type }) => type.collation)),
    indclass: vector(keys.map((key) => operatorClass(key.type, METHOD_OIDS[method] ?? BTREE, key.opclass)?.oid ?? 0)),
    indoption: vector(
      keys.map(({ descending, nullsFirst }) => (descending ? DESCENDING : 0) + (nullsFirst ? NULLS_FIRST : 0)),
    ),
    indexprs: expressions.length === 0 ? null : storedExpressions(expressions),
    indpred: predicate === null ? null : storedExpression(predicate),
  }
}

export const pgIndex = catalogTable('pg_index', 2610, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('relation'))
    .filter((relation) => relation.index !== null)
    .map((relation) => indexRow(relation)),
)
