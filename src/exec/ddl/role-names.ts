/** Roles as statements name them: by name, or as the present user, the session's user, everybody. */
import type { RoleObject } from '../../catalog/objects.ts'
import { noSuchRole, reservedRoleName } from '../../errors/raise/privileges.ts'
import { bodyOf, type Node, type RoleSpec } from '../../sql/ast.ts'
import { PUBLIC } from '../../types/acl-item.ts'
import type { DefinitionContext } from './context.ts'

/** A role by its name. Throws 42704. */
export const roleNamed = (context: DefinitionContext, name: string): RoleObject => {
  const role = context.catalog.snapshot.roleByName(name)
  if (role === null) throw noSuchRole(name)
  return role
}

/** The role that is meant; everybody is none. Throws 42704. */
export const roleOf = (context: DefinitionContext, spec: RoleSpec | undefined): RoleObject => {
  const { snapshot } = context.catalog
  switch (spec?.roletype) {
    case 'ROLESPEC_CURRENT_ROLE':
    case 'ROLESPEC_CURRENT_USER':
      return snapshot.role(context.owner) as RoleObject
    case 'ROLESPEC_SESSION_USER':
      return snapshot.role(context.sessionRole) as RoleObject
    case 'ROLESPEC_PUBLIC':
      throw noSuchRole('public')
    default:
      return roleNamed(context, spec?.rolename ?? '')
  }
}

/** As `roleOf`, where everybody may stand. */
export const granteeOf = (context: DefinitionContext, spec: RoleSpec | undefined): number =>
  spec?.roletype === 'ROLESPEC_PUBLIC' ? PUBLIC : roleOf(context, spec).oid

export const roleSpecs = (nodes: readonly Node[] | undefined): (RoleSpec | undefined)[] =>
  (nodes ?? []).map((node) => bodyOf(node, 'RoleSpec'))

export const isReservedRoleName = (name: string): boolean => name.startsWith('pg_')

/** Predefined roles stay as they are. Throws 42939. */
export const requireOwnRole = (role: RoleObject, verb: 'alter'): void => {
  if (isReservedRoleName(role.name)) throw reservedRoleName(role.name, `Cannot ${verb} reserved roles.`)
}
