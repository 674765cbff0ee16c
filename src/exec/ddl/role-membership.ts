/** GRANT role TO role, REVOKE role FROM role. */
import type { RoleObject } from '../../catalog/objects.ts'
import { isAdminOf, isMemberOfNoSuper, DATABASE_OWNER_ROLE } from '../../catalog/privileges/membership.ts'
import {
  circularMembership,
  columnsOfRoles,
  fixedMembership,
  mustHaveAdminOption,
  notPermitted,
} from '../../errors/raise/privileges.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { bodyOf, type GrantRoleStmt } from '../../sql/ast.ts'
import { noticeOf, type DefinitionContext } from './context.ts'
import { roleNamed, roleOf, roleSpecs } from './role-names.ts'

/** Whether the acting role may let others into a role, or out of it. */
const requireAdmin = (context: DefinitionContext, role: RoleObject, grantor: number): void => {
  const { snapshot } = context.catalog
  const acting = snapshot.role(context.owner)
  if (role.superuser) {
    if (acting?.superuser !== true) throw notPermitted('must be superuser to alter superusers')
    return
  }
  if (acting?.superuser === true || acting?.createRole === true) return
  if (!isAdminOf(snapshot, grantor, role.oid)) throw mustHaveAdminOption(role.name)
}

export const addMembers = (
  context: DefinitionContext,
  role: RoleObject,
  members: readonly RoleObject[],
  grantor: number,
  admin: boolean,
): void => {
  if (members.length === 0) return
  requireAdmin(context, role, grantor)
  if (role.oid === DATABASE_OWNER_ROLE) throw fixedMembership(`role "${role.name}" cannot have explicit members`)
  if (grantor !== context.owner && context.catalog.snapshot.role(context.owner)?.superuser !== true) {
    throw notPermitted('must be superuser to set grantor')
  }
  for (const { oid, name } of members) {
    const { snapshot } = context.catalog
    const member = snapshot.role(oid) as RoleObject
    if (oid === DATABASE_OWNER_ROLE) throw fixedMembership(`role "${name}" cannot be a member of any role`)
    if (isMemberOfNoSuper(snapshot, role.oid, oid)) {
      throw circularMembership(`role "${role.name}" is a member of role "${name}"`)
    }
    const known = member.memberOf.find((m) => m.role === role.oid)
    if (known !== undefined && (!admin || known.admin)) {
      noticeOf(context, `role "${name}" is already a member of role "${role.name}"`)
      continue
    }
    const membership = { role: role.oid, grantor, admin: admin || known?.admin === true }
    context.catalog.put({ ...member, memberOf: [...member.memberOf.filter((m) => m !== known), membership] })
  }
}

/** `onlyAdmin`: they stay members, and let nobody else in. */
export const removeMembers = (
  context: DefinitionContext,
  role: RoleObject,
  members: readonly RoleObject[],
  onlyAdmin: boolean,
): void => {
  if (members.length === 0) return
  requireAdmin(context, role, context.owner)
  for (const { oid, name } of members) {
    const member = context.catalog.snapshot.role(oid) as RoleObject
    const known = member.memberOf.find((m) => m.role === role.oid)
    if (known === undefined) {
      context.notice({
        severity: 'WARNING',
        code: SQL_STATE.warning,
        message: `role "${name}" is not a member of role "${role.name}"`,
      })
      continue
    }
    const memberOf = member.memberOf.flatMap((m) => (m !== known ? [m] : onlyAdmin ? [{ ...known, admin: false }] : []))
    context.catalog.put({ ...member, memberOf })
  }
}

export const grantRoles = (context: DefinitionContext, node: GrantRoleStmt): void => {
  const isNamed = node.is_grant === true && node.grantor !== undefined
  const grantor = isNamed ? roleOf(context, node.grantor).oid : context.owner
  const members = roleSpecs(node.grantee_roles).map((spec) => roleOf(context, spec))
  const admin = (node.opt ?? []).some((option) => bodyOf(option, 'DefElem')?.defname === 'admin')
  for (const granted of node.granted_roles ?? []) {
    const { priv_name: name = '', cols } = bodyOf(granted, 'AccessPriv') ?? {}
    if (cols !== undefined || name === '') throw columnsOfRoles()
    const role = roleNamed(context, name)
    if (node.is_grant) addMembers(context, role, members, grantor, admin)
    else removeMembers(context, role, members, admin)
  }
}
