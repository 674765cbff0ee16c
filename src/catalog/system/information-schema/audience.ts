/** information_schema shows objects to those who own them or have some privilege on them. */
import { PRIVILEGE } from '../../../types/acl-item.ts'
import type { RelationObject, SchemaObject } from '../../objects.ts'
import { isOwner, mayUse, mayUseColumns, privilegesOnRelation } from '../../privileges/check.ts'
import { securable, type Securable } from '../../privileges/objects.ts'
import type { SystemSource } from '../source.ts'

const { SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, USAGE, CREATE } = PRIVILEGE
const ON_TABLES = SELECT | INSERT | UPDATE | DELETE | TRUNCATE | REFERENCES | TRIGGER
const ON_COLUMNS = SELECT | INSERT | UPDATE | REFERENCES

/** Oid of the current role. */
export const actingRole = ({ catalog, eval: context }: SystemSource): number =>
  catalog.roleByName(context.session.currentUser)?.oid ?? 0

export const owns = (source: SystemSource, object: { readonly owner: number }): boolean =>
  isOwner(source.catalog, actingRole(source), object)

/** Whether a table is shown. */
export const seesTable = (source: SystemSource, relation: RelationObject): boolean => {
  const { catalog } = source
  const role = actingRole(source)
  return (
    isOwner(catalog, role, relation) ||
    (privilegesOnRelation(catalog, role, relation).privileges & ON_TABLES) !== 0 ||
    mayUseColumns(catalog, role, relation, ON_COLUMNS, 'any')
  )
}

/** Whether a column of a table is shown. */
export const seesColumn = (source: SystemSource, relation: RelationObject, attnum: number): boolean => {
  const { catalog } = source
  const role = actingRole(source)
  return (
    isOwner(catalog, role, relation) ||
    (privilegesOnRelation(catalog, role, relation).privileges & ON_COLUMNS) !== 0 ||
    mayUseColumns(catalog, role, relation, ON_COLUMNS, new Set([attnum]))
  )
}

export const seesSequence = (source: SystemSource, sequence: RelationObject): boolean =>
  owns(source, sequence) ||
  (privilegesOnRelation(source.catalog, actingRole(source), sequence).privileges & (SELECT | UPDATE | USAGE)) !== 0

export const seesSchema = (source: SystemSource, schema: SchemaObject): boolean =>
  owns(source, schema) ||
  mayUse(source.catalog, actingRole(source), securable(source.catalog, schema) as Securable, CREATE | USAGE)
