/** pg_database and its tablespaces. */
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { aclArray } from './pg-class.ts'
import { catalogTable } from './relation.ts'

const DATABASE_COLUMNS = `
  oid oid!, datname name!, datdba oid!, encoding int4!, datlocprovider char!, datistemplate bool!, datallowconn
  bool!, datconnlimit int4!, datfrozenxid xid!, datminmxid xid!, dattablespace oid!, datcollate text!, datctype
  text!, daticulocale text, datcollversion text, datacl _aclitem`

const TABLESPACE_COLUMNS = `
  oid oid!, spcname name!, spcowner oid!, spcacl _aclitem, spcoptions _text`

const UTF8 = 6
const DEFAULT_TABLESPACE = 1663
const GLOBAL_TABLESPACE = 1664

export const pgDatabase = catalogTable('pg_database', 1262, DATABASE_COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('database'), (database) => ({
    oid: database.oid,
    datname: database.name,
    datdba: database.owner,
    encoding: UTF8,
    datlocprovider: 'c',
    datistemplate: database.template,
    datallowconn: database.allowConnections,
    datconnlimit: -1,
    datfrozenxid: 3,
    datminmxid: 1,
    dattablespace: DEFAULT_TABLESPACE,
    datcollate: 'C.UTF-8',
    datctype: 'C.UTF-8',
    datacl: aclArray(database.acl),
  })),
)

export const pgTablespace = catalogTable('pg_tablespace', 1213, TABLESPACE_COLUMNS, () => [
  { oid: DEFAULT_TABLESPACE, spcname: 'pg_default', spcowner: BOOTSTRAP_SUPERUSER },
  { oid: GLOBAL_TABLESPACE, spcname: 'pg_global', spcowner: BOOTSTRAP_SUPERUSER },
])
