/** pg_collation: the collations that there are. */
import { PG_CATALOG } from '../../types/oids.ts'
import type { Collation } from '../../types/text-order.ts'
import { builtinCollations } from '../collations.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  oid oid!, collname name!, collnamespace oid!, collowner oid!, collprovider char!, collisdeterministic bool!,
  collencoding int4!, collcollate text, collctype text, colliculocale text, collversion text`

/** pg_enc: UTF-8. */
const UTF8 = 6

const row = ({ oid, name, provider, locale, deterministic }: Collation, schema: number, owner: number): SystemRow => ({
  oid,
  collname: name,
  collnamespace: schema,
  collowner: owner,
  collprovider: provider,
  collisdeterministic: deterministic,
  collencoding: provider === 'c' && name !== locale ? UTF8 : -1,
  collcollate: provider === 'c' ? locale : null,
  collctype: provider === 'c' ? locale : null,
  colliculocale: provider === 'i' ? locale : null,
  collversion: provider === 'i' ? (process.versions['icu'] ?? null) : null,
})

export const pgCollation = catalogTable('pg_collation', 3456, COLUMNS, ({ catalog }) => [
  ...Array.from(builtinCollations().values(), (collation) => row(collation, PG_CATALOG, BOOTSTRAP_SUPERUSER)),
  ...Array.from(catalog.all('collation'), ({ collation, schema, owner }) => row(collation, schema, owner)),
])
