/** The one place where it is decided what a role may do. */
import { schemaDenied, mustBeOwner, permissionDenied } from '../../errors/raise/privileges.ts'
import { PRIVILEGE, PUBLIC } from '../../types/acl-item.ts'
import type { CatalogObject, RelationObject, SchemaObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { type Acl, allPrivileges, defaultAcl } from './acl.ts'
import { hasPrivilegesOf, privilegedAs } from './membership.ts'
import { columnAcl, isBuiltin, type Securable, securable, securableRelation } from './objects.ts'

/** Predefined roles that may read, or write, all tables. */
const READ_ALL_DATA = 6181
const WRITE_ALL_DATA = 6182

interface Held {
  readonly privileges: number
  /** Those that it may grant on. */
  readonly grantable: number
}

const NOTHING: Held = { privileges: 0, grantable: 0 }

const heldByAcl = (catalog: CatalogSnapshot, role: number, acl: Acl): Held => {
  const roles = privilegedAs(catalog, role)
  let [privileges, grantable] = [0, 0]
  for (const item of acl) {
    if (item.grantee !== PUBLIC && !roles.has(item.grantee)) continue
    privileges |= item.privileges
    grantable |= item.grantable
  }
  return { privileges, grantable }
}

const isSuperuser = (catalog: CatalogSnapshot, role: number): boolean => catalog.role(role)?.superuser === true

/** What a role may do with an object; an owner may grant everything on, and is otherwise as all others. */
export const privilegesHeld = (catalog: CatalogSnapshot, role: number, object: Securable): Held => {
  const all = allPrivileges(object.kind)
  if (isSuperuser(catalog, role)) return { privileges: all, grantable: all }
  const held = heldByAcl(catalog, role, object.acl ?? defaultAcl(object.kind, object.owner))
  const grantable = hasPrivilegesOf(catalog, role, object.owner) ? all : held.grantable
  return { privileges: held.privileges | predefined(catalog, role, object), grantable }
}

/** What the predefined roles may do with all objects of a kind. */
const predefined = (catalog: CatalogSnapshot, role: number, { kind }: Securable): number => {
  if (kind !== 'r' && kind !== 's' && kind !== 'n') return 0
  const roles = privilegedAs(catalog, role)
  const reads = roles.has(READ_ALL_DATA)
  const writes = roles.has(WRITE_ALL_DATA)
  if (kind === 'n') return reads || writes ? PRIVILEGE.USAGE : 0
  const changes = PRIVILEGE.INSERT | PRIVILEGE.UPDATE | PRIVILEGE.DELETE
  return (reads ? PRIVILEGE.SELECT : 0) | (writes ? changes : 0)
}

const CHANGES = PRIVILEGE.INSERT | PRIVILEGE.UPDATE | PRIVILEGE.DELETE | PRIVILEGE.TRUNCATE | PRIVILEGE.USAGE

/** As `privilegesHeld`, of a relation; only superusers change the catalogs. */
export const privilegesOnRelation = (catalog: CatalogSnapshot, role: number, relation: RelationObject): Held => {
  const held = privilegesHeld(catalog, role, securableRelation(catalog, relation))
  if (!isBuiltin(relation) || relation.kind === 'v' || isSuperuser(catalog, role)) return held
  return { ...held, privileges: held.privileges & ~CHANGES }
}

/** What a role may do with one column by grants on that column. */
export const privilegesOnColumn = (
  catalog: CatalogSnapshot,
  role: number,
  relation: RelationObject,
  attnum: number,
): Held => {
  const acl = columnAcl(catalog, relation, attnum)
  const all = allPrivileges('c')
  if (isSuperuser(catalog, role)) return { privileges: all, grantable: all }
  const held = acl === undefined ? NOTHING : heldByAcl(catalog, role, acl)
  return hasPrivilegesOf(catalog, role, relation.owner) ? { ...held, grantable: all } : held
}

/** Whether a role may do something with each of the columns, or (`any`) with one of all there are. */
export const mayUseColumns = (
  catalog: CatalogSnapshot,
  role: number,
  relation: RelationObject,
  privilege: number,
  columns: ReadonlySet<number> | 'any',
): boolean => {
  const may = (attnum: number): boolean =>
    (privilegesOnColumn(catalog, role, relation, attnum).privileges & privilege) !== 0
  if (columns === 'any') return relation.columns.some(({ attnum, dropped }) => !dropped && may(attnum))
  return Array.from(columns).every((attnum) =>
    // The whole row needs all columns.
    attnum === 0 ? relation.columns.every((c) => c.dropped || may(c.attnum)) : may(attnum),
  )
}

/** Whether a role has one of the privileges. */
export const mayUse = (catalog: CatalogSnapshot, role: number, object: Securable, privileges: number): boolean =>
  (privilegesHeld(catalog, role, object).privileges & privileges) !== 0

/** Throws 42501 when a role has none of the privileges. */
export const requirePrivilege = (
  catalog: CatalogSnapshot,
  role: number,
  object: Securable | null,
  privileges: number,
): void => {
  if (object !== null && !mayUse(catalog, role, object, privileges)) throw permissionDenied(object.word, object.name)
}

/** The session's own schema for temporary objects is everybody's who may make such. */
const isTemporary = ({ name }: SchemaObject): boolean =>
  name.startsWith('pg_temp_') || name.startsWith('pg_toast_temp_')

/** Whether a role may use what is in a schema (USAGE), or put something there (CREATE). */
export const mayUseSchema = (
  catalog: CatalogSnapshot,
  role: number,
  schema: SchemaObject,
  privilege: number,
): boolean => isTemporary(schema) || mayUse(catalog, role, securable(catalog, schema) as Securable, privilege)

export const requireSchema = (
  catalog: CatalogSnapshot,
  role: number,
  schema: SchemaObject,
  privilege: number = PRIVILEGE.USAGE,
): void => {
  if (!mayUseSchema(catalog, role, schema, privilege)) throw permissionDenied('schema', schema.name)
}

/** A schema by its name, null where there is none. Throws 42501 where the role (undefined: nobody) may not use it. */
export const usableSchema = (
  catalog: CatalogSnapshot,
  role: number | undefined,
  name: string,
  location?: number,
): SchemaObject | null => {
  const schema = catalog.schemaByName(name)
  if (schema !== null && role !== undefined && !mayUseSchema(catalog, role, schema, PRIVILEGE.USAGE)) {
    throw schemaDenied(schema.name, location)
  }
  return schema
}

/** Whether a role is the owner, or has the owner's privileges. */
export const isOwner = (catalog: CatalogSnapshot, role: number, object: Pick<CatalogObject, 'owner'>): boolean =>
  hasPrivilegesOf(catalog, role, object.owner)

/** Throws 42501 for all but owners; `word`: how messages call the object. */
export const requireOwner = (
  catalog: CatalogSnapshot,
  role: number,
  object: Pick<CatalogObject, 'owner' | 'name'>,
  word: string,
): void => {
  if (!isOwner(catalog, role, object)) throw mustBeOwner(word, object.name)
}
