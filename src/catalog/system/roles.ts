/** Roles: pg_authid, pg_auth_members, and the views pg_roles, pg_user, pg_shadow, pg_group over them. */
import type { RoleObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { arrayOf, textArray } from './arrays.ts'
import { catalogTable, catalogView, type SystemRow } from './relation.ts'

const AUTHID_COLUMNS = `
  oid oid!, rolname name!, rolsuper bool!, rolinherit bool!, rolcreaterole bool!, rolcreatedb bool!, rolcanlogin
  bool!, rolreplication bool!, rolbypassrls bool!, rolconnlimit int4!, rolpassword text, rolvaliduntil timestamptz`

const AUTH_MEMBERS_COLUMNS = `
  roleid oid!, member oid!, grantor oid!, admin_option bool!`

const ROLES_COLUMNS = `
  rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool, rolcanlogin bool,
  rolreplication bool, rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz, rolbypassrls bool,
  rolconfig _text, oid oid`

const USER_COLUMNS = `
  usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls bool, passwd text,
  valuntil timestamptz, useconfig _text`

const SHADOW_COLUMNS = `
  usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls bool, passwd text,
  valuntil timestamptz, useconfig _text`

const GROUP_COLUMNS = `
  groname name, grosysid oid, grolist _oid`

const HIDDEN_PASSWORD = '********'

const roles = (catalog: CatalogSnapshot): RoleObject[] => Array.from(catalog.all('role'))

const roleRow = (role: RoleObject): SystemRow => ({
  oid: role.oid,
  rolname: role.name,
  rolsuper: role.superuser,
  rolinherit: role.inherit,
  rolcreaterole: role.createRole,
  rolcreatedb: role.createDatabase,
  rolcanlogin: role.login,
  rolreplication: role.replication,
  rolbypassrls: role.bypassRls,
  rolconnlimit: role.connectionLimit,
  rolpassword: role.password,
  rolvaliduntil: role.validUntil,
})

const userRow = (role: RoleObject): SystemRow => ({
  usename: role.name,
  usesysid: role.oid,
  usecreatedb: role.createDatabase,
  usesuper: role.superuser,
  userepl: role.replication,
  usebypassrls: role.bypassRls,
  passwd: role.password,
  valuntil: role.validUntil,
})

const users = (catalog: CatalogSnapshot): RoleObject[] => roles(catalog).filter((role) => role.login)

const pgAuthid = catalogTable('pg_authid', 1260, AUTHID_COLUMNS, ({ catalog }) => roles(catalog).map(roleRow))

const pgAuthMembers = catalogTable('pg_auth_members', 1261, AUTH_MEMBERS_COLUMNS, ({ catalog }) =>
  roles(catalog).flatMap(({ oid, memberOf }) =>
    memberOf.map(({ role, grantor, admin }) => ({ roleid: role, member: oid, grantor, admin_option: admin })),
  ),
)

const configOf = (catalog: CatalogSnapshot, { oid }: RoleObject) => {
  const settings = Array.from(catalog.all('role setting')).find((s) => s.role === oid && s.database === 0)
  return settings === undefined ? null : textArray(settings.settings)
}

const pgRoles = catalogView('pg_roles', 12000, ROLES_COLUMNS, ({ catalog }) =>
  roles(catalog).map((role) => ({
    ...roleRow(role),
    rolpassword: HIDDEN_PASSWORD,
    rolconfig: configOf(catalog, role),
  })),
)

const pgShadow = catalogView('pg_shadow', 12005, SHADOW_COLUMNS, ({ catalog }) =>
  users(catalog).map((role) => ({ ...userRow(role), useconfig: configOf(catalog, role) })),
)

const pgUser = catalogView('pg_user', 12014, USER_COLUMNS, ({ catalog }) =>
  users(catalog).map((role) => ({ ...userRow(role), passwd: HIDDEN_PASSWORD, useconfig: configOf(catalog, role) })),
)

const pgGroup = catalogView('pg_group', 12010, GROUP_COLUMNS, ({ catalog }) =>
  roles(catalog)
    .filter((role) => !role.login)
    .map(({ oid, name }) => ({
      groname: name,
      grosysid: oid,
      grolist: arrayOf(roles(catalog).flatMap((role) => (role.memberOf.some((m) => m.role === oid) ? [role.oid] : []))),
    })),
)

export const roleRelations = [pgAuthid, pgAuthMembers, pgRoles, pgShadow, pgUser, pgGroup]
