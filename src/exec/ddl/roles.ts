/** CREATE, ALTER and DROP ROLE. */
import { newRole } from '../../catalog/bootstrap.ts'
import type { RoleObject } from '../../catalog/objects.ts'
import {
  dependentOnRole,
  invalidConnectionLimit,
  noSuchRole,
  notPermitted,
  permissionDeniedTo,
  renamesOwnUser,
  reservedRoleName,
  roleExists,
  roleInUse,
  specialRoleDropped,
} from '../../errors/raise/privileges.ts'
import { conflictingOptions } from '../../errors/raise/routines.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import {
  bodyOf,
  listItems,
  type AlterRoleStmt,
  type CreateRoleStmt,
  type DropRoleStmt,
  type Node,
  type RoleSpec,
} from '../../sql/ast.ts'
import { OID } from '../../types/oids.ts'
import { noticeOf, truncateName, type DefinitionContext } from './context.ts'
import { isEmptyPassword, isMd5Verifier, passwordVerifier } from './passwords.ts'
import { roleDependents } from './role-dependents.ts'
import { addMembers, removeMembers } from './role-membership.ts'
import { isReservedRoleName, requireOwnRole, roleOf, roleSpecs } from './role-names.ts'

type RoleChanges = { -readonly [K in keyof RoleObject]?: RoleObject[K] }

const FLAGS: Readonly<Record<string, keyof RoleObject>> = {
  superuser: 'superuser',
  inherit: 'inherit',
  createrole: 'createRole',
  createdb: 'createDatabase',
  canlogin: 'login',
  isreplication: 'replication',
  bypassrls: 'bypassRls',
}

/** What a statement says of a role, and who is to be in it. */
interface RoleOptions {
  readonly changes: RoleChanges
  readonly inRoles: readonly (RoleSpec | undefined)[]
  readonly members: readonly (RoleSpec | undefined)[] | null
  readonly admins: readonly (RoleSpec | undefined)[]
}

const roleOptions = (context: DefinitionContext, nodes: readonly Node[], name: string): RoleOptions => {
  const changes: RoleChanges = {}
  const lists = new Map<string, (RoleSpec | undefined)[]>()
  const seen = new Set<string>()
  for (const node of nodes) {
    const { defname = '', arg, location } = bodyOf(node, 'DefElem') ?? {}
    if (defname === 'sysid') {
      noticeOf(context, 'SYSID can no longer be specified')
      continue
    }
    if (seen.has(defname)) throw conflictingOptions(location)
    seen.add(defname)
    const flag = FLAGS[defname]
    if (flag !== undefined) {
      Object.assign(changes, { [flag]: arg === undefined ? true : (bodyOf(arg, 'Boolean')?.boolval ?? false) })
    } else if (defname === 'password') changes.password = passwordOf(context, arg, name)
    else if (defname === 'connectionlimit' && arg !== undefined) {
      changes.connectionLimit = bodyOf(arg, 'Integer')?.ival ?? 0
      if (changes.connectionLimit < -1) throw invalidConnectionLimit(changes.connectionLimit)
    } else if (defname === 'validUntil') {
      const text = arg === undefined ? '' : (bodyOf(arg, 'String')?.sval ?? '')
      changes.validUntil = context.catalog.snapshot.typeOf(OID.timestamptz).parse(text, -1, context.format)
    } else lists.set(defname, roleSpecs(listItems(arg)))
  }
  return {
    changes,
    inRoles: lists.get('addroleto') ?? [],
    members: lists.get('rolemembers') ?? null,
    admins: lists.get('adminmembers') ?? [],
  }
}

const passwordOf = (context: DefinitionContext, arg: Node | undefined, role: string): string | null => {
  const password = arg === undefined ? null : (bodyOf(arg, 'String')?.sval ?? '')
  if (password === null) return null
  if (isEmptyPassword(password, role)) {
    noticeOf(context, 'empty string is not a valid password, clearing password')
    return null
  }
  return passwordVerifier(password, role, context.passwordEncryption)
}

const acting = (context: DefinitionContext): RoleObject => context.catalog.snapshot.role(context.owner) as RoleObject

const mayManageRoles = (context: DefinitionContext): boolean => {
  const { superuser, createRole: creates } = acting(context)
  return superuser || creates
}

export const createRole = (context: DefinitionContext, node: CreateRoleStmt): void => {
  const name = truncateName(node.role as string)
  const { changes, inRoles, members, admins } = roleOptions(context, node.options ?? [], name)
  const { superuser } = acting(context)
  if (changes.superuser && !superuser) throw notPermitted('must be superuser to create superusers')
  if (changes.replication && !superuser) throw notPermitted('must be superuser to create replication users')
  if (changes.bypassRls && !superuser) throw notPermitted('must be superuser to create bypassrls users')
  if (!mayManageRoles(context)) throw permissionDeniedTo('create role')
  if (isReservedRoleName(name)) throw reservedRoleName(name, 'Role names starting with "pg_" are reserved.')
  if (context.catalog.snapshot.roleByName(name) !== null) throw roleExists(name)
  const role = newRole(context.catalog.allocateOid(), name, {
    owner: context.owner,
    login: node.stmt_type === 'ROLESTMT_USER',
    ...changes,
  })
  context.catalog.put(role)
  for (const spec of inRoles) addMembers(context, roleOf(context, spec), [role], context.owner, false)
  const rolesOf = (specs: readonly (RoleSpec | undefined)[]) => specs.map((spec) => roleOf(context, spec))
  addMembers(context, role, rolesOf(admins), context.owner, true)
  addMembers(context, role, rolesOf(members ?? []), context.owner, false)
}

/** ALTER ROLE of options, and ALTER GROUP, which lets roles in and out. */
export const alterRole = (context: DefinitionContext, node: AlterRoleStmt): void => {
  const name = node.role?.rolename ?? context.ownerName
  if (isReservedRoleName(name)) throw reservedRoleName(name, 'Cannot alter reserved roles.')
  const { changes, members } = roleOptions(context, node.options ?? [], name)
  const role = roleOf(context, node.role)
  requireOwnRole(role, 'alter')
  const { superuser } = acting(context)
  if (!superuser) refuseChanges(context, role, changes, members !== null)
  context.catalog.put({ ...role, ...changes })
  if (members === null) return
  const others = members.map((spec) => roleOf(context, spec))
  if (node.action === -1) removeMembers(context, role, others, false)
  else addMembers(context, role, others, context.owner, false)
}

/** What others than superusers may not change. */
const refuseChanges = (context: DefinitionContext, role: RoleObject, changes: RoleChanges, members: boolean): void => {
  if (role.superuser || changes.superuser !== undefined) {
    throw notPermitted('must be superuser to alter superuser roles or change superuser attribute')
  }
  if (role.replication || changes.replication !== undefined) {
    throw notPermitted('must be superuser to alter replication roles or change replication attribute')
  }
  if (changes.bypassRls !== undefined) throw notPermitted('must be superuser to change bypassrls attribute')
  if (mayManageRoles(context)) return
  // Everybody may change their own password.
  const own = role.oid === context.owner && !members && Object.keys(changes).join() === 'password'
  if (!own) throw notPermitted('permission denied')
}

/** Who may say something about a role. Throws 42501. */
export const requireRoleManager = (context: DefinitionContext, role: RoleObject): void => {
  if (role.superuser && !acting(context).superuser) throw notPermitted('must be superuser')
  if (!mayManageRoles(context)) throw notPermitted('must have CREATEROLE privilege')
}

export const renameRole = (context: DefinitionContext, from: string, to: string): void => {
  const role = context.catalog.snapshot.roleByName(from)
  if (role === null) throw noSuchRole(from)
  if (role.oid === context.sessionRole) throw renamesOwnUser('session user cannot be renamed')
  if (role.oid === context.owner) throw renamesOwnUser('current user cannot be renamed')
  for (const name of [from, to]) {
    if (isReservedRoleName(name)) throw reservedRoleName(name, 'Role names starting with "pg_" are reserved.')
  }
  if (context.catalog.snapshot.roleByName(to) !== null) throw roleExists(to)
  if (role.superuser && !acting(context).superuser) throw notPermitted('must be superuser to rename superusers')
  if (!mayManageRoles(context)) throw permissionDeniedTo('rename role')
  // An md5 verifier has the name in it.
  const loses = isMd5Verifier(role.password)
  context.catalog.put({ ...role, name: to, password: loses ? null : role.password })
  if (loses) noticeOf(context, 'MD5 password cleared because of role rename')
}

export const dropRoles = (context: DefinitionContext, node: DropRoleStmt): void => {
  if (!mayManageRoles(context)) throw permissionDeniedTo('drop role')
  const roles: RoleObject[] = []
  for (const spec of roleSpecs(node.roles)) {
    if (spec?.roletype !== 'ROLESPEC_CSTRING') throw specialRoleDropped()
    const name = spec.rolename as string
    const role = context.catalog.snapshot.roleByName(name)
    if (role === null) {
      if (!node.missing_ok) throw noSuchRole(name)
      context.notice({
        severity: 'NOTICE',
        code: SQL_STATE.successful_completion,
        message: `role "${name}" does not exist, skipping`,
      })
      continue
    }
    if (role.oid === context.owner) throw roleInUse('current user cannot be dropped')
    if (role.oid === context.sessionRole) throw roleInUse('session user cannot be dropped')
    if (role.superuser && !acting(context).superuser) throw notPermitted('must be superuser to drop superusers')
    const dependents = roleDependents(context, role)
    if (dependents.length > 0) throw dependentOnRole(role.name, dependents.join('\n'))
    roles.push(role)
  }
  for (const role of roles) {
    for (const other of Array.from(context.catalog.snapshot.all('role'))) {
      const memberOf = other.memberOf.filter((m) => m.role !== role.oid)
      if (memberOf.length < other.memberOf.length) context.catalog.put({ ...other, memberOf })
    }
    for (const setting of Array.from(context.catalog.snapshot.all('role setting'))) {
      if (setting.role === role.oid) context.catalog.remove(setting.oid)
    }
    context.catalog.remove(role.oid)
  }
}
