/** information_schema: privileges of owners on tables and columns. */
import type { RelationObject } from '../../objects.ts'
import { ownerName, relationsOf } from '../names.ts'
import { informationView, type SystemRow } from '../relation.ts'
import type { SystemSource } from '../source.ts'
import { liveColumns, tableColumns, yesNo } from './tables.ts'

const TABLE_PRIVILEGES_COLUMNS = `
  grantor name, grantee name, table_catalog name, table_schema name, table_name name, privilege_type varchar,
  is_grantable yes_or_no, with_hierarchy yes_or_no`

const COLUMN_PRIVILEGES_COLUMNS = `
  grantor name, grantee name, table_catalog name, table_schema name, table_name name, column_name name,
  privilege_type varchar, is_grantable yes_or_no`

const TABLE_PRIVILEGES = ['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
const COLUMN_PRIVILEGES = ['INSERT', 'SELECT', 'UPDATE', 'REFERENCES']

const granted = (source: SystemSource, relation: RelationObject, privilege: string): SystemRow => ({
  grantor: ownerName(source.catalog, relation),
  grantee: ownerName(source.catalog, relation),
  ...tableColumns(source, relation),
  privilege_type: privilege,
  is_grantable: 'YES',
  with_hierarchy: yesNo(privilege === 'SELECT'),
})

const tablePrivileges = (source: SystemSource): SystemRow[] =>
  relationsOf(source.catalog, 'rpv').flatMap((relation) =>
    TABLE_PRIVILEGES.map((privilege) => granted(source, relation, privilege)),
  )

const columnPrivileges = (source: SystemSource): SystemRow[] =>
  relationsOf(source.catalog, 'rpv').flatMap((relation) =>
    liveColumns(relation).flatMap(({ name }) =>
      COLUMN_PRIVILEGES.map((privilege) => ({ ...granted(source, relation, privilege), column_name: name })),
    ),
  )

export const privilegeInformation = [
  informationView('table_privileges', 13416, TABLE_PRIVILEGES_COLUMNS, tablePrivileges),
  informationView('role_table_grants', 13421, TABLE_PRIVILEGES_COLUMNS, tablePrivileges),
  informationView('column_privileges', 13285, COLUMN_PRIVILEGES_COLUMNS, columnPrivileges),
  informationView('role_column_grants', 13344, COLUMN_PRIVILEGES_COLUMNS, columnPrivileges),
]
