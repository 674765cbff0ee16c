/** Which values of a row errors may tell: those that the role which runs the statement may read. */
import type { RelationObject } from '../../catalog/objects.ts'
import { mayUseColumns, privilegesOnRelation } from '../../catalog/privileges/check.ts'
import { appliesRowSecurity } from '../../catalog/privileges/row-security.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import type { ExecutionContext } from '../context.ts'

type Asking = Pick<ExecutionContext, 'catalog' | 'eval'>

/** Attribute numbers of the columns that may be told; null: all. Where policies hold rows back, none may. */
export const readableColumns = ({ catalog, eval: context }: Asking, relation: RelationObject): Set<number> | null => {
  const role = catalog.roleByName(context.session.currentUser)
  if (role === null || role.superuser) return null
  if (appliesRowSecurity(catalog, role.oid, relation)) return new Set()
  if ((privilegesOnRelation(catalog, role.oid, relation).privileges & PRIVILEGE.SELECT) !== 0) return null
  const may = (attnum: number): boolean =>
    mayUseColumns(catalog, role.oid, relation, PRIVILEGE.SELECT, new Set([attnum]))
  return new Set(relation.columns.flatMap(({ attnum, dropped }) => (!dropped && may(attnum) ? [attnum] : [])))
}

/** Whether a key of these columns (0: an expression) may be told. */
export const mayTellKey = (context: Asking, relation: RelationObject, attnums: readonly number[]): boolean => {
  const readable = readableColumns(context, relation)
  return readable === null || (readable.size > 0 && attnums.every((attnum) => readable.has(attnum)))
}
