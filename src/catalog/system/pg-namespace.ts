/** pg_namespace: schemas. */
import { aclArray } from '../privileges/acl-arrays.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, nspname name!, nspowner oid!, nspacl _aclitem`

export const pgNamespace = catalogTable('pg_namespace', 2615, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('schema'), ({ oid, name, owner, acl }) => ({
    oid,
    nspname: name,
    nspowner: owner,
    nspacl: aclArray(acl),
  })),
)
