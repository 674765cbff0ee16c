/** Whether the current role may run a planned statement: asked once per plan and role, before the first row. */
import type { RelationAccess } from '../analyze/access.ts'
import { mayUse, mayUseColumns, privilegesOnRelation } from '../catalog/privileges/check.ts'
import { isRestrictedFunction, relationWord, securableFunction } from '../catalog/privileges/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { permissionDenied } from '../errors/raise/privileges.ts'
import { PRIVILEGE } from '../types/acl-item.ts'
import type { SessionCore } from './core.ts'
import type { StatementPlan } from './plan-statement.ts'

const { SELECT, INSERT, UPDATE } = PRIVILEGE

/** Whether a role may do with a relation what a statement asks: with all of it, or with the columns alone. */
const isAllowed = (catalog: CatalogSnapshot, role: number, access: RelationAccess): boolean => {
  const { relation, privileges, selected, inserted, updated } = access
  const missing = privileges & ~privilegesOnRelation(catalog, role, relation).privileges
  if (missing === 0) return true
  if ((missing & ~(SELECT | INSERT | UPDATE)) !== 0) return false
  const onColumns = (privilege: number, columns: ReadonlySet<number>): boolean =>
    (missing & privilege) === 0 ||
    mayUseColumns(catalog, role, relation, privilege, columns.size === 0 ? 'any' : columns)
  return onColumns(SELECT, selected) && onColumns(INSERT, inserted) && onColumns(UPDATE, updated)
}

/** Throws 42501. The plan must be for the session's present catalog. */
export const authorize = (core: SessionCore, statement: StatementPlan): StatementPlan => {
  const { role, catalog } = core
  if (statement.authorized === role) return statement
  if (role.superuser && !statement.namesViews) {
    statement.authorized = role
    return statement
  }
  const { relations, functions } = statement.access()
  for (const access of relations) {
    const { relation } = access
    if (!isAllowed(catalog, access.as ?? role.oid, access)) {
      throw permissionDenied(relationWord(relation), relation.name)
    }
  }
  for (const oid of functions) requireExecute(catalog, role.oid, oid)
  statement.authorized = role
  return statement
}

/** Throws 42501 where a role may not call a function. */
export const requireExecute = (catalog: CatalogSnapshot, role: number, oid: number): void => {
  if (!isRestrictedFunction(catalog, oid)) return
  const found = securableFunction(catalog, oid)
  if (found !== null && !mayUse(catalog, role, found, PRIVILEGE.EXECUTE)) throw permissionDenied(found.word, found.name)
}
