/** information_schema: privileges on tables, columns and functions, as far as they are the current user's, or from him. */
import { actingRole } from './audience.ts'
import { namedPrivileges, PUBLIC } from '../../../types/acl-item.ts'
import type { RelationObject } from '../../objects.ts'
import { type Acl, defaultAcl } from '../../privileges/acl.ts'
import { hasPrivilegesOf } from '../../privileges/membership.ts'
import { columnAcl, relationAcl } from '../../privileges/objects.ts'
import { relationsOf, roleName } from '../names.ts'
import { informationView, type SystemRow } from '../relation.ts'
import type { SystemSource } from '../source.ts'
import { liveColumns, tableColumns, yesNo } from './tables.ts'

const TABLE_PRIVILEGES_COLUMNS = `
  grantor name, grantee name, table_catalog name, table_schema name, table_name name, privilege_type varchar,
  is_grantable yes_or_no, with_hierarchy yes_or_no`

const COLUMN_PRIVILEGES_COLUMNS = `
  grantor name, grantee name, table_catalog name, table_schema name, table_name name, column_name name,
  privilege_type varchar, is_grantable yes_or_no`

const COLUMN_PRIVILEGES: ReadonlySet<string> = new Set(['INSERT', 'SELECT', 'UPDATE', 'REFERENCES'])

/** Whether rows of what everybody may do are among them. */
interface Audience {
  readonly everybody: boolean
}

const ANYBODY: Audience = { everybody: true }
const ENABLED_ROLES: Audience = { everybody: false }

const isConcerned = (source: SystemSource) => {
  const role = actingRole(source)
  return (other: number): boolean => other !== PUBLIC && hasPrivilegesOf(source.catalog, role, other)
}

/** One row per privilege of a list. */
const exploded = (source: SystemSource, relation: RelationObject, acl: Acl, { everybody }: Audience): SystemRow[] => {
  const { catalog } = source
  const concerns = isConcerned(source)
  return acl
    .filter(({ grantor, grantee }) => concerns(grantor) || concerns(grantee) || (everybody && grantee === PUBLIC))
    .flatMap(({ grantor, grantee, privileges, grantable }) =>
      namedPrivileges(privileges).map(({ bit, name }) => ({
        grantor: roleName(catalog, grantor),
        grantee: grantee === PUBLIC ? 'PUBLIC' : roleName(catalog, grantee),
        privilege_type: name,
        is_grantable: yesNo(
          (grantable & bit) !== 0 || (grantee !== PUBLIC && hasPrivilegesOf(catalog, grantee, relation.owner)),
        ),
      })),
    )
}

const aclOf = ({ catalog }: SystemSource, relation: RelationObject): Acl =>
  relationAcl(catalog, relation) ?? defaultAcl('r', relation.owner)

const tablePrivileges =
  (audience: Audience) =>
  (source: SystemSource): SystemRow[] =>
    relationsOf(source.catalog, 'rpv').flatMap((relation) =>
      exploded(source, relation, aclOf(source, relation), audience).map((row) => ({
        ...row,
        ...tableColumns(source, relation),
        with_hierarchy: yesNo(row['privilege_type'] === 'SELECT'),
      })),
    )

const columnPrivileges =
  (audience: Audience) =>
  (source: SystemSource): SystemRow[] =>
    relationsOf(source.catalog, 'rpv').flatMap((relation) => {
      const ofTable = exploded(source, relation, aclOf(source, relation), audience).filter((row) =>
        COLUMN_PRIVILEGES.has(row['privilege_type'] as string),
      )
      return liveColumns(relation).flatMap(({ name, attnum }) => {
        const own = exploded(source, relation, columnAcl(source.catalog, relation, attnum) ?? [], audience)
        const found = new Map<string, SystemRow>()
        for (const row of [...ofTable, ...own]) {
          const key = [row['grantor'], row['grantee'], row['privilege_type'], row['is_grantable']].join()
          found.set(key, { ...row, ...tableColumns(source, relation), column_name: name })
        }
        return [...found.values()]
      })
    })

export const privilegeInformation = [
  informationView('table_privileges', 13416, TABLE_PRIVILEGES_COLUMNS, tablePrivileges(ANYBODY)),
  informationView('role_table_grants', 13421, TABLE_PRIVILEGES_COLUMNS, tablePrivileges(ENABLED_ROLES)),
  informationView('column_privileges', 13285, COLUMN_PRIVILEGES_COLUMNS, columnPrivileges(ANYBODY)),
  informationView('role_column_grants', 13344, COLUMN_PRIVILEGES_COLUMNS, columnPrivileges(ENABLED_ROLES)),
]
