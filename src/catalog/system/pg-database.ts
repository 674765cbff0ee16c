/** pg_database and its tablespaces. */
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { securableBuiltin } from '../privileges/objects.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { catalogTable } from './relation.ts'

const DATABASE_COLUMNS = `
  oid oid!, datname name!, datdba oid!, encoding int4!, datlocprovider char!, datistemplate bool!, datallowconn
  bool!, datconnlimit int4!, datfrozenxid xid!, datminmxid xid!, dattablespace oid!, datcollate text!, datctype
  text!, daticulocale text, datcollversion text, datacl _aclitem`

const TABLESPACE_COLUMNS = `
  oid oid!, spcname name!, spcowner oid!, spcacl _aclitem, spcoptions _text`

const UTF8 = 6
const DEFAULT_TABLESPACE = 1663
const TABLESPACES = [
  { oid: DEFAULT_TABLESPACE, name: 'pg_default' },
  { oid: 1664, name: 'pg_global' },
]

export const tablespaceNamed = (name: string) => TABLESPACES.find((tablespace) => tablespace.name === name)

export const tablespaceOf = (oid: number) => TABLESPACES.find((tablespace) => tablespace.oid === oid)

export const pgDatabase = catalogTable('pg_database', 1262, DATABASE_COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('database'), (database) => ({
    oid: database.oid,
    datname: database.name,
    datdba: database.owner,
    encoding: UTF8,
    datlocprovider: 'c',
    datistemplate: database.template,
    datallowconn: database.allowConnections,
    datconnlimit: database.connectionLimit ?? -1,
    datfrozenxid: 3,
    datminmxid: 1,
    dattablespace: DEFAULT_TABLESPACE,
    datcollate: 'C.UTF-8',
    datctype: 'C.UTF-8',
    datacl: aclArray(database.acl),
  })),
)

export const pgTablespace = catalogTable('pg_tablespace', 1213, TABLESPACE_COLUMNS, ({ catalog }) =>
  TABLESPACES.map(({ oid, name }) => ({
    oid,
    spcname: name,
    spcowner: BOOTSTRAP_SUPERUSER,
    spcacl: aclArray(securableBuiltin(catalog, 'tablespace', oid, name).acl),
  })),
)
