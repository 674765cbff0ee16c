/** REASSIGN OWNED and DROP OWNED: everything of a role in this database, and databases. */
import type { CatalogObject, RoleObject } from '../../catalog/objects.ts'
import { type Acl, aclOfNewOwner, changeAcl } from '../../catalog/privileges/acl.ts'
import { hasPrivilegesOf } from '../../catalog/privileges/membership.ts'
import { FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import { permissionDeniedTo, requiredRoleObjects } from '../../errors/raise/privileges.ts'
import type { DropOwnedStmt, ReassignOwnedStmt } from '../../sql/ast.ts'
import { changeType } from '../../catalog/change-type.ts'
import type { DefinitionContext } from './context.ts'
import { dropObjects } from './drop.ts'
import { followsAnother } from './role-dependents.ts'
import { roleOf, roleSpecs } from './role-names.ts'

/** Gives an object another owner; what follows it goes along. */
export const giveTo = (context: DefinitionContext, object: CatalogObject, owner: number): void => {
  const { catalog } = context
  const { snapshot } = catalog
  const acl = object.acl === null ? null : aclOfNewOwner(object.acl, object.owner, owner)
  if (object.class === 'type') {
    changeType(context.catalog, { ...object, owner, acl })
    return
  }
  if (object.class !== 'relation') {
    catalog.put({ ...object, owner, acl } as CatalogObject)
    return
  }
  const columns = object.columns.map((column) =>
    column.acl === undefined ? column : { ...column, acl: aclOfNewOwner(column.acl, object.owner, owner) },
  )
  catalog.put({ ...object, columns, owner, acl })
  const rowType = snapshot.typeObject(object.rowType)
  if (rowType !== null) changeType(context.catalog, { ...rowType, owner })
  for (const index of snapshot.indexesOf(object.oid)) catalog.put({ ...index, owner })
  for (const sequence of snapshot.all('relation')) {
    if (sequence.sequence?.ownedBy?.relation === object.oid) giveTo(context, sequence, owner)
  }
}

const rolesOf = (context: DefinitionContext, nodes: DropOwnedStmt['roles'], what: string): RoleObject[] =>
  roleSpecs(nodes).map((spec) => {
    const role = roleOf(context, spec)
    if (!hasPrivilegesOf(context.catalog.snapshot, context.owner, role.oid)) throw permissionDeniedTo(what)
    return role
  })

/** Objects of a role that can be given away or dropped by themselves. */
const ownedBy = (context: DefinitionContext, { oid }: RoleObject): CatalogObject[] =>
  Array.from(context.catalog.snapshot.objects.values()).filter(
    (object) => object.owner === oid && !followsAnother(object) && object.class !== 'default privileges',
  )

const refuseSystem = (role: RoleObject, what: string): void => {
  if (role.oid < FIRST_NORMAL_OID) throw requiredRoleObjects(what, role.name)
}

export const reassignOwned = (context: DefinitionContext, node: ReassignOwnedStmt): void => {
  const roles = rolesOf(context, node.roles, 'reassign objects')
  const next = roleOf(context, node.newrole)
  if (!hasPrivilegesOf(context.catalog.snapshot, context.owner, next.oid)) throw permissionDeniedTo('reassign objects')
  for (const role of roles) {
    refuseSystem(role, 'reassign ownership of objects')
    for (const { oid } of ownedBy(context, role)) {
      const object = context.catalog.snapshot.objects.get(oid)
      if (object !== undefined && object.owner === role.oid) giveTo(context, object, next.oid)
    }
  }
}

export const dropOwned = async (context: DefinitionContext, node: DropOwnedStmt): Promise<void> => {
  const roles = rolesOf(context, node.roles, 'drop objects')
  for (const role of roles) refuseSystem(role, 'drop objects')
  for (const role of roles) {
    revokeAll(context, role)
    leavePolicies(context, role)
  }
  const owned = roles.flatMap((role) => ownedBy(context, role)).filter(({ class: of }) => of !== 'database')
  // Sequences of columns go with them.
  const roots = owned.filter(({ depends }) => !depends.some(({ kind }) => kind !== 'normal'))
  if (roots.length > 0) await dropObjects(context, roots, node.behavior === 'DROP_CASCADE')
}

/** A list without what the role was granted by the owner. */
const without = (acl: Acl, role: number, owner: number): Acl =>
  acl
    .filter(({ grantee }) => grantee === role)
    .reduce((left, item) => changeAcl(left, { ...item, grantable: item.privileges }, 'remove', owner, true), acl)

const revokeAll = (context: DefinitionContext, { oid: role }: RoleObject): void => {
  const { catalog } = context
  for (const object of Array.from(catalog.snapshot.objects.values())) {
    if (object.class === 'default privileges') {
      const acl = without(object.acl, role, object.owner)
      if (object.owner === role || acl.length === 0) catalog.remove(object.oid)
      else if (acl.length !== object.acl.length) catalog.put({ ...object, acl })
      continue
    }
    if (object.owner === role) continue
    const grants = (acl: Acl | null | undefined): boolean => acl?.some(({ grantee }) => grantee === role) === true
    const onColumns = object.class === 'relation' && object.columns.some(({ acl }) => grants(acl))
    if (!grants(object.acl) && !onColumns) continue
    const acl = object.acl === null ? null : without(object.acl, role, object.owner)
    if (object.class !== 'relation') {
      catalog.put({ ...object, acl } as CatalogObject)
      continue
    }
    const columns = object.columns.map((column) => {
      const { acl: own, ...rest } = column
      if (own === undefined) return column
      const left = without(own, role, object.owner)
      return left.length === 0 ? rest : { ...column, acl: left }
    })
    catalog.put({ ...object, columns, acl })
  }
}

/** Policies are for others then; those for nobody else go. */
const leavePolicies = ({ catalog }: DefinitionContext, { oid: role }: RoleObject): void => {
  for (const policy of Array.from(catalog.snapshot.all('policy'))) {
    if (!policy.roles.includes(role)) continue
    const roles = policy.roles.filter((oid) => oid !== role)
    if (roles.length === 0) catalog.remove(policy.oid)
    else catalog.put({ ...policy, roles })
  }
}
