/** What GRANT, REVOKE and ALTER DEFAULT PRIVILEGES have in common: reading privileges, choosing who grants, changing lists. */
import { type Acl, allPrivileges, changeAcl, defaultAcl } from '../../catalog/privileges/acl.ts'
import { privilegesHeld } from '../../catalog/privileges/check.ts'
import { hasPrivilegesOf, privilegedAs } from '../../catalog/privileges/membership.ts'
import type { Securable } from '../../catalog/privileges/objects.ts'
import {
  invalidGrant,
  invalidPrivilege,
  permissionDenied,
  unknownPrivilegeWord,
} from '../../errors/raise/privileges.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { PRIVILEGE_WORDS } from '../../functions/scalar/acl-items.ts'
import { bodyOf, namesOf, type GrantStmt, type Node } from '../../sql/ast.ts'
import { namedPrivileges, PUBLIC } from '../../types/acl-item.ts'
import type { DefinitionContext } from './context.ts'

/** What is granted or revoked, of whom. */
export interface Grant {
  readonly isGrant: boolean
  /** Null: all that the object has. */
  readonly privileges: number | null
  /** Privileges on single columns. */
  readonly columns: readonly { readonly privileges: number | null; readonly names: readonly string[] }[]
  readonly grantees: readonly number[]
  /** WITH GRANT OPTION, or GRANT OPTION FOR. */
  readonly option: boolean
  readonly cascade: boolean
}

/** A privilege by its name. Throws 42601. */
const privilegeNamed = (name: string): number => {
  const bit = PRIVILEGE_WORDS[name.toUpperCase()]
  if (bit === undefined) throw unknownPrivilegeWord(name)
  return bit
}

/** Reads a statement. `kind`: how errors call the objects, `all`: what they may have, `columns`: whether columns may be named. */
export const readGrant = (
  node: GrantStmt,
  grantees: readonly number[],
  { kind, all, columns: mayNameColumns }: { kind: string; all: number; columns: boolean },
): Grant => {
  let privileges: number | null = (node.privileges ?? []).length === 0 ? null : 0
  const columns: { privileges: number | null; names: readonly string[] }[] = []
  for (const item of node.privileges ?? []) {
    const { priv_name: name, cols } = bodyOf(item, 'AccessPriv') ?? {}
    const bit = name === undefined ? null : privilegeNamed(name)
    if (cols !== undefined) {
      if (!mayNameColumns) throw invalidGrantOnColumns()
      if (bit !== null && (bit & ~allPrivileges('c')) !== 0) throw invalidPrivilege(nameOf(bit), 'column')
      columns.push({ privileges: bit, names: namesOf(cols) })
      continue
    }
    if (bit === null) privileges = null
    else {
      if ((bit & ~all) !== 0) throw invalidPrivilege(nameOf(bit), kind)
      privileges = (privileges ?? 0) | bit
    }
  }
  if (node.is_grant && node.grant_option && grantees.includes(PUBLIC)) {
    throw invalidGrant('grant options can only be granted to roles')
  }
  return {
    isGrant: node.is_grant === true,
    privileges,
    columns,
    grantees,
    option: node.grant_option === true,
    cascade: node.behavior === 'DROP_CASCADE',
  }
}

const invalidGrantOnColumns = (): SqlError => invalidGrant('column privileges are only valid for relations')

export const nameOf = (privilege: number): string => namedPrivileges(privilege)[0]?.name ?? ''

/** The role in whose name the acting role grants, and what it may grant: the owner where it has the owner's privileges. */
const grantorOf = (
  { catalog: { snapshot }, owner: acting }: DefinitionContext,
  owner: number,
  acl: Acl,
  privileges: number,
): { readonly grantor: number; readonly grantable: number } => {
  if (hasPrivilegesOf(snapshot, acting, owner)) return { grantor: owner, grantable: privileges }
  let best = { grantor: acting, grantable: 0 }
  for (const role of privilegedAs(snapshot, acting)) {
    const own = acl.reduce((sum, item) => (item.grantee === role ? sum | item.grantable : sum), 0)
    const grantable = own & privileges
    if (grantable === privileges) return { grantor: role, grantable }
    if (bits(grantable) > bits(best.grantable)) best = { grantor: role, grantable }
  }
  return best
}

const bits = (privileges: number): number => namedPrivileges(privileges).length

/** A list that a grant changes, and how warnings and errors name what it is of. */
export interface GrantTarget {
  readonly owner: number
  readonly acl: Acl
  /** `"t"`, `column "c" of relation "t"` in warnings. */
  readonly shown: string
  /** What the acting role holds at all; without any it is refused. */
  readonly held: number
  readonly denied: () => SqlError
}

export const targetOf = (context: DefinitionContext, object: Securable): GrantTarget => {
  const { privileges, grantable } = privilegesHeld(context.catalog.snapshot, context.owner, object)
  return {
    owner: object.owner,
    acl: object.acl ?? defaultAcl(object.kind, object.owner),
    shown: `"${object.name}"`,
    held: privileges | grantable,
    denied: () => permissionDenied(object.word, object.name),
  }
}

/** The list (that whose options count, where no other is given) after the grant; warns of what the acting role may not grant. Throws 42501 where it may do nothing at all. */
export const grantedAcl = (
  context: DefinitionContext,
  target: GrantTarget,
  grant: Grant,
  privileges: number,
  list: Acl = target.acl,
): Acl => {
  const { grantor, grantable } = grantorOf(context, target.owner, target.acl, privileges)
  if (grantable === 0 && privileges !== 0 && target.held === 0) throw target.denied()
  const allowed = privileges & grantable
  if (allowed !== privileges) warn(context, grant, target.shown, allowed === 0)
  return mergedGrant(list, grant, allowed, grantor, target.owner)
}

export const mergedGrant = (acl: Acl, grant: Grant, privileges: number, grantor: number, owner: number): Acl => {
  const { isGrant, option, cascade } = grant
  let changed = acl
  for (const grantee of grant.grantees) {
    const item = {
      grantee,
      grantor,
      // Taking the option back leaves the privilege.
      privileges: isGrant || !option ? privileges : 0,
      grantable: isGrant && !option ? 0 : privileges,
    }
    changed = changeAcl(changed, item, isGrant ? 'add' : 'remove', owner, cascade)
  }
  return changed
}

const warn = (context: DefinitionContext, { isGrant, privileges }: Grant, shown: string, none: boolean): void => {
  // Of all privileges those that may be granted are meant.
  if (!none && privileges === null) return
  const what = none ? 'no privileges' : 'not all privileges'
  context.notice({
    severity: 'WARNING',
    code: isGrant ? SQL_STATE.privilege_not_granted : SQL_STATE.privilege_not_revoked,
    message: isGrant ? `${what} were granted for ${shown}` : `${what} could be revoked for ${shown}`,
  })
}

/** The names in a list of String nodes, one by one. */
export const plainNames = (nodes: readonly Node[] | undefined): string[] => namesOf(nodes)
