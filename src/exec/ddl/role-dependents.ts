/** What depends on roles: objects that they own, privileges that they have or gave, policies that are for them. */
import { functionSignature } from '../../catalog/routines.ts'
import type { CatalogObject, RoleObject } from '../../catalog/objects.ts'
import type { Acl } from '../../catalog/privileges/acl.ts'
import { CATALOG, securableFunction } from '../../catalog/privileges/objects.ts'
import { languageOf } from '../../catalog/system/pg-language.ts'
import { tablespaceOf } from '../../catalog/system/pg-database.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import type { DefinitionContext } from './context.ts'
import { describeObject } from './dependents.ts'

/** Objects whose owner is another object's, and is not asked about. */
export const followsAnother = (object: CatalogObject): boolean =>
  object.class === 'constraint' ||
  object.class === 'policy' ||
  object.class === 'role' ||
  object.class === 'role setting' ||
  object.class === 'built-in privileges' ||
  (object.class === 'relation' && (object.kind === 'i' || object.kind === 'I')) ||
  (object.class === 'type' && object.type.kind === 'c')

const names = (acl: Acl | null | undefined, { oid }: RoleObject): boolean =>
  acl?.some(({ grantee, grantor }) => grantee === oid || grantor === oid) === true

const describeBuiltin = (catalog: CatalogSnapshot, of: number, oid: number): string => {
  switch (of) {
    case CATALOG.function: {
      const own = catalog.function(oid)
      return own === null
        ? `function ${securableFunction(catalog, oid)?.name ?? ''}`
        : `function ${functionSignature(own, catalog)}`
    }
    case CATALOG.type:
      return `type ${catalog.typeByOid(oid)?.sqlName ?? ''}`
    case CATALOG.language:
      return `language ${languageOf(oid)?.name ?? ''}`
    case CATALOG.tablespace:
      return `tablespace ${tablespaceOf(oid)?.name ?? ''}`
    default:
      return `table ${catalog.relation(oid)?.name ?? ''}`
  }
}

/** How an object depends on a role, once for each way. */
const waysOf = (context: DefinitionContext, object: CatalogObject, role: RoleObject): string[] => {
  const { snapshot } = context.catalog
  const found: string[] = []
  const described = (): string =>
    object.class === 'built-in privileges'
      ? describeBuiltin(snapshot, object.catalog, object.object)
      : describeObject(context, object)
  if (object.owner === role.oid && !followsAnother(object)) found.push(`owner of ${described()}`)
  // The owner's own privileges go with the object.
  const others = object.acl?.filter(({ grantee, grantor }) => grantee !== object.owner || grantor !== object.owner)
  if (object.owner !== role.oid && names(others, role)) found.push(`privileges for ${described()}`)
  if (object.class === 'relation') {
    for (const { acl, attnum } of object.columns) {
      if (object.owner !== role.oid && names(acl, role)) {
        found.push(`privileges for ${describeObject(context, object, attnum)}`)
      }
    }
  }
  if (object.class === 'policy' && object.roles.includes(role.oid)) found.push(`target of ${described()}`)
  return found
}

/** Lines that say what depends on a role: of this database one by one, of others by number. */
export const roleDependents = (context: DefinitionContext, role: RoleObject): string[] => {
  const here = Array.from(context.catalog.snapshot.objects.values())
    .filter(({ oid }) => oid >= FIRST_NORMAL_OID || role.oid >= FIRST_NORMAL_OID)
    .toSorted((a, b) => a.oid - b.oid)
    .flatMap((object) => waysOf(context, object, role))
  const elsewhere = context.otherDatabases().flatMap(({ name, catalog }) => {
    const count = Array.from(catalog.objects.values()).filter(
      (object) => !isShared(object) && dependsOnRole(object, role),
    ).length
    if (count === 0) return []
    return [`${count} object${count === 1 ? '' : 's'} in database ${name}`]
  })
  return [...here, ...elsewhere]
}

const isShared = ({ class: of }: CatalogObject): boolean => of === 'role' || of === 'database' || of === 'role setting'

const dependsOnRole = (object: CatalogObject, role: RoleObject): boolean =>
  (object.owner === role.oid && !followsAnother(object)) ||
  names(object.acl, role) ||
  (object.class === 'relation' && object.columns.some(({ acl }) => names(acl, role))) ||
  (object.class === 'policy' && object.roles.includes(role.oid))
