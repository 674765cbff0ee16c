/** What a definition asks of the acting role. */
import type { CatalogObject, SchemaObject } from '../../catalog/objects.ts'
import {
  isOwner,
  mayUseColumns,
  privilegesOnRelation,
  requireOwner,
  requirePrivilege,
  requireSchema,
} from '../../catalog/privileges/check.ts'
import { relationWord, securableBuiltin, securableType } from '../../catalog/privileges/objects.ts'
import { languageNamed } from '../../catalog/system/pg-language.ts'
import type { RelationObject } from '../../catalog/objects.ts'
import { mustBeOwner, permissionDenied } from '../../errors/raise/privileges.ts'
import { formatType } from '../../types/index.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { DefinitionContext } from './context.ts'

const ROUTINE_WORDS = {
  function: 'function',
  window: 'function',
  procedure: 'procedure',
  aggregate: 'aggregate',
} as const

/** How errors call an object that somebody does not own. */
const wordOf = (object: CatalogObject): string => {
  switch (object.class) {
    case 'relation':
      return relationWord(object)
    case 'function':
      return ROUTINE_WORDS[object.kind]
    case 'type':
      return 'type'
    default:
      return object.class
  }
}

type Acting = Pick<DefinitionContext, 'catalog' | 'owner'>

/** Throws 42501 for all but owners. */
export const requireOwnerOf = ({ catalog, owner }: Acting, object: CatalogObject): void => {
  // Constraints and indexes belong to their tables.
  const on = object.class === 'constraint' ? (catalog.snapshot.relation(object.table) ?? object) : object
  requireOwner(catalog.snapshot, owner, on, wordOf(on))
}

/** Objects may be dropped by the owners of their schemas, too. */
export const requireDropper = ({ catalog: { snapshot }, owner }: Acting, object: CatalogObject): void => {
  const schema = 'schema' in object && object.class !== 'default privileges' ? snapshot.schema(object.schema) : null
  if (schema !== null && isOwner(snapshot, owner, schema)) return
  requireOwnerOf({ catalog: { snapshot } as DefinitionContext['catalog'], owner }, object)
}

/** Throws 42501 where the acting role may not put anything into a schema. */
export const requireCreate = ({ catalog, owner }: Acting, schema: SchemaObject): void =>
  requireSchema(catalog.snapshot, owner, schema, PRIVILEGE.CREATE)

/** Throws 42501 where the acting role may not use a type in definitions. */
export const requireTypeUsage = ({ catalog: { snapshot }, owner }: Acting, type: SqlType): void => {
  const found = securableType(snapshot, type.oid)
  if (found !== null) {
    const named = { ...found, word: 'type', name: formatType(snapshot.typeOf(elementOf(type).oid), -1) }
    requirePrivilege(snapshot, owner, named, PRIVILEGE.USAGE)
  }
}

const elementOf = (type: SqlType): SqlType => (type.category === 'A' && type.element !== null ? type.element : type)

/** Languages that are trusted may be used by whom is said; others by superusers. */
export const requireLanguage = ({ catalog: { snapshot }, owner }: Acting, name: string): void => {
  const found = languageNamed(name)
  if (found === undefined) return
  if (!found.trusted) {
    if (snapshot.role(owner)?.superuser !== true) throw permissionDenied('language', name)
    return
  }
  requirePrivilege(snapshot, owner, securableBuiltin(snapshot, 'language', found.oid, name), PRIVILEGE.USAGE)
}

/** A privilege on a table, or where `columns` are given on these. Throws 42501. */
export const requireOnTable = (
  { catalog: { snapshot }, owner }: Acting,
  relation: RelationObject,
  privilege: number,
  columns?: readonly number[],
): void => {
  if ((privilegesOnRelation(snapshot, owner, relation).privileges & privilege) !== 0) return
  if (columns !== undefined && mayUseColumns(snapshot, owner, relation, privilege, new Set(columns))) return
  throw permissionDenied(relationWord(relation), relation.name)
}

export const isSuperuser = ({ catalog: { snapshot }, owner }: Acting): boolean =>
  snapshot.role(owner)?.superuser === true

/** The owner of the table of a policy, a trigger, a rule. */
export const requireTableOwner = ({ catalog: { snapshot }, owner }: Acting, relation: RelationObject): void => {
  if (!isOwner(snapshot, owner, relation)) throw mustBeOwner(relationWord(relation), relation.name)
}
