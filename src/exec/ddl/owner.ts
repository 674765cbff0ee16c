/** ALTER … OWNER TO. */
import type { CatalogObject, RoleObject } from '../../catalog/objects.ts'
import { mayUse, requireSchema } from '../../catalog/privileges/check.ts'
import { isMemberOf } from '../../catalog/privileges/membership.ts'
import {
  mustBeMemberOf,
  ownerOfIndex,
  ownerOfOwnedSequence,
  permissionDenied,
  permissionDeniedTo,
} from '../../errors/raise/privileges.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { securable, type Securable } from '../../catalog/privileges/objects.ts'
import type { DefinitionContext } from './context.ts'
import { giveTo } from './owned.ts'
import { isSuperuser, requireOwnerOf } from './permissions.ts'

/** Gives an object to a role: only its owner may, to a role that it is, which may make such an object there. */
export const changeOwnerOf = (context: DefinitionContext, object: CatalogObject, role: RoleObject): void => {
  const { snapshot } = context.catalog
  if (object.class === 'relation') {
    if (object.index !== null) {
      const table = snapshot.relation(object.index.table)?.name ?? ''
      if (object.owner !== role.oid) warnOfIndex(context, object.name, table)
      return
    }
    const { ownedBy } = object.sequence ?? {}
    const table = ownedBy === null || ownedBy === undefined ? null : snapshot.relation(ownedBy.relation)
    if (table !== null && table.owner !== role.oid) throw ownerOfOwnedSequence(object.name, table.name)
  }
  if (object.owner === role.oid) return
  if (!isSuperuser(context)) {
    requireOwnerOf(context, object)
    if (!isMemberOf(snapshot, context.owner, role.oid)) throw mustBeMemberOf(role.name)
    requireMaker(context, object, role)
  }
  giveTo(context, object, role.oid)
}

/** Whether the new owner could have made it. */
const requireMaker = (context: DefinitionContext, object: CatalogObject, role: RoleObject): void => {
  const { snapshot } = context.catalog
  if (object.class === 'schema') {
    // Whoever gives a schema away must be able to make one.
    const database = snapshot.objects.get(snapshot.database)
    if (database?.class !== 'database') return
    const may = mayUse(snapshot, context.owner, securable(snapshot, database) as Securable, PRIVILEGE.CREATE)
    if (!may) throw permissionDenied('database', database.name)
    return
  }
  if (object.class === 'database') {
    if (snapshot.role(context.owner)?.createDatabase !== true) throw permissionDeniedTo('change owner of database')
    return
  }
  const schema = 'schema' in object ? snapshot.schema(object.schema) : null
  if (schema !== null) requireSchema(snapshot, role.oid, schema, PRIVILEGE.CREATE)
}

const warnOfIndex = (context: DefinitionContext, index: string, table: string): void => {
  const { code, message, fields } = ownerOfIndex(index, table)
  context.notice({ severity: 'WARNING', code, message, fields })
}
