/** What every database contains before anything is created: schemas, the superuser, the databases themselves. */
import { PG_CATALOG } from '../types/oids.ts'
import { type AclItem, privilegesOf, PUBLIC } from '../types/acl-item.ts'
import type { CatalogObject, DatabaseObject, Membership, RoleObject, SchemaObject } from './objects.ts'
import { DATABASE_OWNER_ROLE } from './privileges/membership.ts'
import { BOOTSTRAP_SUPERUSER, PUBLIC_SCHEMA } from './snapshot.ts'
import { INFORMATION_SCHEMA, systemRelations } from './system/index.ts'

/** OIDs of the databases that initdb makes. */
const POSTGRES_DATABASE = 5
const TEMPLATE0 = 4
const TEMPLATE1 = 1

const PG_TOAST = 99

const base = { owner: BOOTSTRAP_SUPERUSER, comment: null, depends: [], acl: null } as const

const granted = (grantee: number, letters: string, grantor: number = BOOTSTRAP_SUPERUSER): AclItem => ({
  grantee,
  grantor,
  privileges: privilegesOf(letters),
  grantable: 0,
})

/** Everybody may use what is in a schema of the system. */
const SYSTEM_SCHEMA_ACL = [granted(BOOTSTRAP_SUPERUSER, 'UC'), granted(PUBLIC, 'U')]

const schema = (
  oid: number,
  name: string,
  comment: string | null = null,
  acl: readonly AclItem[] | null = null,
): SchemaObject => ({
  ...base,
  class: 'schema',
  oid,
  name,
  comment,
  acl,
})

/** Objects of every database that are never stored. */
export const builtinObjects = (): CatalogObject[] => [
  schema(PG_CATALOG, 'pg_catalog', 'system catalog schema', SYSTEM_SCHEMA_ACL),
  schema(PG_TOAST, 'pg_toast', 'reserved schema for TOAST tables'),
  schema(INFORMATION_SCHEMA, 'information_schema', null, SYSTEM_SCHEMA_ACL),
  ...systemRelations(),
]

/** Stored objects of a new database. */
export const initialObjects = (): CatalogObject[] => [
  {
    ...schema(PUBLIC_SCHEMA, 'public', 'standard public schema', [
      granted(DATABASE_OWNER_ROLE, 'UC', DATABASE_OWNER_ROLE),
      granted(PUBLIC, 'U', DATABASE_OWNER_ROLE),
    ]),
    owner: DATABASE_OWNER_ROLE,
  },
]

/** A role that may do nothing, but for what `options` say. */
export const newRole = (oid: number, name: string, options: Partial<RoleObject> = {}): RoleObject => ({
  ...base,
  class: 'role',
  oid,
  name,
  superuser: false,
  inherit: true,
  createRole: false,
  createDatabase: false,
  login: false,
  replication: false,
  bypassRls: false,
  connectionLimit: -1,
  password: null,
  validUntil: null,
  memberOf: [],
  ...options,
})

const memberOf = (role: number): Membership => ({ role, grantor: BOOTSTRAP_SUPERUSER, admin: false })

const database = (oid: number, name: string, options: Partial<DatabaseObject> = {}): DatabaseObject => ({
  ...base,
  class: 'database',
  oid,
  name,
  template: false,
  allowConnections: true,
  ...options,
})

/** Nobody may make objects in a template. */
const TEMPLATE_ACL = [granted(PUBLIC, 'c'), granted(BOOTSTRAP_SUPERUSER, 'CTc')]

/** Shared objects of a new server. */
export const initialSharedObjects = (): CatalogObject[] => [
  newRole(BOOTSTRAP_SUPERUSER, 'postgres', {
    superuser: true,
    createRole: true,
    createDatabase: true,
    login: true,
    replication: true,
    bypassRls: true,
  }),
  database(POSTGRES_DATABASE, 'postgres', { comment: 'default administrative connection database' }),
  database(TEMPLATE1, 'template1', {
    template: true,
    acl: TEMPLATE_ACL,
    comment: 'default template for new databases',
  }),
  database(TEMPLATE0, 'template0', {
    acl: TEMPLATE_ACL,
    template: true,
    allowConnections: false,
    comment: 'unmodifiable empty database',
  }),
]

/** Predefined roles, with PostgreSQL's oids; never stored. */
export const builtinSharedObjects = (): CatalogObject[] => [
  newRole(DATABASE_OWNER_ROLE, 'pg_database_owner'),
  newRole(6181, 'pg_read_all_data'),
  newRole(6182, 'pg_write_all_data'),
  newRole(3373, 'pg_monitor', { memberOf: [3374, 3375, 3377].map(memberOf) }),
  newRole(3374, 'pg_read_all_settings'),
  newRole(3375, 'pg_read_all_stats'),
  newRole(3377, 'pg_stat_scan_tables'),
  newRole(4569, 'pg_read_server_files'),
  newRole(4570, 'pg_write_server_files'),
  newRole(4571, 'pg_execute_server_program'),
  newRole(4200, 'pg_signal_backend'),
  newRole(4544, 'pg_checkpoint'),
]
