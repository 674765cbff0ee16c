/** pg_collation: the collations that there are. */
import { BOOTSTRAP_SUPERUSER, PG_CATALOG } from '../snapshot.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const COLUMNS = `
  oid oid!, collname name!, collnamespace oid!, collowner oid!, collprovider char!, collisdeterministic bool!,
  collencoding int4!, collcollate text, collctype text, colliculocale text, collversion text`

const collation = (oid: number, name: string, provider: string, locale: string | null): SystemRow => ({
  oid,
  collname: name,
  collnamespace: PG_CATALOG,
  collowner: BOOTSTRAP_SUPERUSER,
  collprovider: provider,
  collisdeterministic: true,
  collencoding: -1,
  collcollate: locale,
  collctype: locale,
})

export const pgCollation = catalogTable('pg_collation', 3456, COLUMNS, () => [
  collation(100, 'default', 'd', null),
  collation(950, 'C', 'c', 'C'),
  collation(951, 'POSIX', 'c', 'POSIX'),
])
