/**
 * Which roles a role is: itself, the roles that it is a member of, and those that these are members of. Whose privileges
 * it has without asking are fewer: a role with NOINHERIT has only its own.
 */
import type { CatalogSnapshot } from '../snapshot.ts'

/** pg_database_owner: whoever owns the database is its member. */
export const DATABASE_OWNER_ROLE = 6171

interface Closures {
  readonly members: Map<number, ReadonlySet<number>>
  readonly privileges: Map<number, ReadonlySet<number>>
}

const known = new WeakMap<CatalogSnapshot, Closures>()

const closure = (catalog: CatalogSnapshot, role: number, inheriting: boolean): ReadonlySet<number> => {
  let closures = known.get(catalog)
  if (closures === undefined) known.set(catalog, (closures = { members: new Map(), privileges: new Map() }))
  const of = inheriting ? closures.privileges : closures.members
  let found = of.get(role)
  if (found === undefined) of.set(role, (found = collect(catalog, role, inheriting)))
  return found
}

const collect = (catalog: CatalogSnapshot, role: number, inheriting: boolean): ReadonlySet<number> => {
  const found = new Set([role])
  for (const oid of found) {
    const member = catalog.role(oid)
    if (inheriting && member?.inherit === false) continue
    for (const of of member?.memberOf ?? []) found.add(of.role)
    if (catalog.databaseOwner === oid) found.add(DATABASE_OWNER_ROLE)
  }
  return found
}

const isSuperuser = (catalog: CatalogSnapshot, role: number): boolean => catalog.role(role)?.superuser === true

/** All roles that a role is. */
const rolesOf = (catalog: CatalogSnapshot, role: number): ReadonlySet<number> => closure(catalog, role, false)

/** The roles whose privileges a role has. */
export const privilegedAs = (catalog: CatalogSnapshot, role: number): ReadonlySet<number> =>
  closure(catalog, role, true)

/** Whether a role may act as another; superusers may as any. */
export const isMemberOf = (catalog: CatalogSnapshot, role: number, of: number): boolean =>
  role === of || isSuperuser(catalog, role) || rolesOf(catalog, role).has(of)

/** As `isMemberOf`, of superusers as of others. */
export const isMemberOfNoSuper = (catalog: CatalogSnapshot, role: number, of: number): boolean =>
  rolesOf(catalog, role).has(of)

/** Whether a role has another's privileges; superusers have everybody's. */
export const hasPrivilegesOf = (catalog: CatalogSnapshot, role: number, of: number): boolean =>
  role === of || isSuperuser(catalog, role) || privilegedAs(catalog, role).has(of)

/** Whether a role may let others into another one. A role that can log in never has this over itself. */
export const isAdminOf = (catalog: CatalogSnapshot, role: number, of: number): boolean =>
  isSuperuser(catalog, role) ||
  (role !== of &&
    Array.from(rolesOf(catalog, role)).some((oid) => catalog.role(oid)?.memberOf.some((m) => m.role === of && m.admin)))
