/** pg_default_acl, pg_shdepend, pg_db_role_setting: what belongs to roles without being theirs. */
import type { CatalogObject } from '../objects.ts'
import { aclArray } from '../privileges/acl-arrays.ts'
import { FIRST_NORMAL_OID } from '../snapshot.ts'
import { textArray } from './arrays.ts'
import { CLASS_OIDS } from './descriptions.ts'
import { catalogTable, type SystemRow } from './relation.ts'

const pgDefaultAcl = catalogTable(
  'pg_default_acl',
  826,
  'oid oid!, defaclrole oid!, defaclnamespace oid!, defaclobjtype char!, defaclacl _aclitem!',
  ({ catalog }) =>
    Array.from(catalog.all('default privileges'), ({ oid, owner, schema, kind, acl }) => ({
      oid,
      defaclrole: owner,
      defaclnamespace: schema,
      defaclobjtype: kind,
      defaclacl: aclArray(acl),
    })),
)

const pgDbRoleSetting = catalogTable(
  'pg_db_role_setting',
  2964,
  'setdatabase oid!, setrole oid!, setconfig _text',
  ({ catalog }) =>
    Array.from(catalog.all('role setting'), ({ database, role, settings }) => ({
      setdatabase: database,
      setrole: role,
      setconfig: textArray(settings),
    })),
)

const PG_AUTHID = 1260

/** Roles that an object depends on, with the way: its owner, in its list of privileges, named by a policy. */
const dependencies = (
  object: CatalogObject,
): { readonly role: number; readonly type: string; readonly attnum: number }[] => {
  const found = new Map<string, { role: number; type: string; attnum: number }>()
  const add = (role: number, type: string, attnum = 0): void => {
    if (role >= FIRST_NORMAL_OID) found.set(`${role}${type}${attnum}`, { role, type, attnum })
  }
  const isPart = object.class === 'constraint' || object.class === 'policy'
  if (!isPart && object.class !== 'role' && object.class !== 'role setting') add(object.owner, 'o')
  for (const { grantee, grantor } of object.acl ?? []) {
    for (const role of [grantee, grantor]) if (role !== object.owner) add(role, 'a')
  }
  for (const { acl, attnum } of object.class === 'relation' ? object.columns : []) {
    for (const { grantee } of acl ?? []) if (grantee !== object.owner) add(grantee, 'a', attnum)
  }
  if (object.class === 'policy') for (const role of object.roles) add(role, 'r')
  return Array.from(found.values())
}

const pgShdepend = catalogTable(
  'pg_shdepend',
  1214,
  'dbid oid!, classid oid!, objid oid!, objsubid int4!, refclassid oid!, refobjid oid!, deptype char!',
  ({ catalog }) =>
    Array.from(catalog.objects.values()).flatMap((object): SystemRow[] => {
      if (object.class === 'relation' && object.index !== null) return []
      const [classid, objid] =
        object.class === 'built-in privileges'
          ? [object.catalog, object.object]
          : [CLASS_OIDS[object.class], object.oid]
      return dependencies(object).map(({ role, type, attnum }) => ({
        dbid: object.class === 'database' ? 0 : catalog.database,
        classid,
        objid,
        objsubid: attnum,
        refclassid: PG_AUTHID,
        refobjid: role,
        deptype: type,
      }))
    }),
)

export const defaultPrivilegeRelations = [pgDefaultAcl, pgDbRoleSetting, pgShdepend]
