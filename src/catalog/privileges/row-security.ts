/** Whether policies stand between a role and a table. */
import type { RelationObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { isOwner } from './check.ts'

/** Whether policies hold for a role: not for superusers, for roles that bypass them, and for owners unless they are forced. */
export const appliesRowSecurity = (catalog: CatalogSnapshot, role: number, relation: RelationObject): boolean => {
  if (relation.rowSecurity !== true) return false
  const record = catalog.role(role)
  if (record?.superuser === true || record?.bypassRls === true) return false
  return relation.rowSecurityForced === true || !isOwner(catalog, role, relation)
}
