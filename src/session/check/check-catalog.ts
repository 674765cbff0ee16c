/** Whether the objects of a catalog fit together: what they name exists, and what is stored for them is there. */
import type { CatalogObject, ConstraintObject, RelationObject } from '../../catalog/objects.ts'
import { type CatalogSnapshot, FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import type { Storage } from '../../storage/storage.ts'
import { type Finding, nameOf, problem } from './finding.ts'

export const checkCatalog = (catalog: CatalogSnapshot, storage: Storage): Finding[] => {
  const findings: Finding[] = []
  const names = new Map<string, CatalogObject>()
  const storages = new Map<number, RelationObject>()
  for (const object of catalog.objects.values()) {
    if (object.oid < FIRST_NORMAL_OID) continue
    const name = object.class === 'relation' ? nameOf(catalog, object) : object.name
    const report = (message: string): void => void findings.push(problem(name, `${object.class} ${message}`))
    for (const { oid } of object.depends) {
      if (!exists(catalog, oid)) report(`depends on object ${oid}, which does not exist`)
    }
    if (catalog.role(object.owner) === null) report(`has the owner ${object.owner}, who does not exist`)
    if ('schema' in object && catalog.schema(object.schema) === null)
      report(`is in schema ${object.schema}, which does not exist`)
    if (object.class === 'constraint') checkConstraint(catalog, object, report)
    if (object.class !== 'relation') continue
    const twin = names.get(name)
    if (twin !== undefined) report(`has the same name as object ${twin.oid}`)
    names.set(name, object)
    checkRelation(catalog, storage, object, report)
    if (object.storageId === 0) continue
    const other = storages.get(object.storageId)
    if (other !== undefined) report(`has the same storage as ${nameOf(catalog, other)}`)
    storages.set(object.storageId, object)
  }
  return findings
}

type Report = (message: string) => void

const exists = (catalog: CatalogSnapshot, oid: number): boolean =>
  catalog.objects.has(oid) || catalog.typeByOid(oid) !== null || oid < FIRST_NORMAL_OID

const checkRelation = (catalog: CatalogSnapshot, storage: Storage, relation: RelationObject, report: Report): void => {
  const { index, sequence, kind } = relation
  if (isStored(relation) && storage.findStore(relation.storageId) === null) report('has no storage')
  if (kind === 'i') {
    const table = index === null ? null : catalog.relation(index.table)
    if (table === null) report('is an index of no table')
    else checkColumns(table, index?.keys.map((key) => key.attnum).filter((attnum) => attnum !== 0) ?? [], report)
  }
  for (const { identity } of relation.columns) {
    if (identity !== null && catalog.relation(identity.sequence)?.sequence === null)
      report(`has an identity column without a sequence`)
  }
  if (kind !== 'S') return
  if (sequence === null) report('has no definition')
  else if (sequence.ownedBy !== null && catalog.relation(sequence.ownedBy.relation) === null)
    report('is owned by a column of no table')
}

/** Whether a relation has rows of its own in the storage. */
export const isStored = ({ kind, storageId }: RelationObject): boolean =>
  (kind === 'r' || kind === 'm') && storageId !== 0

const checkConstraint = (catalog: CatalogSnapshot, constraint: ConstraintObject, report: Report): void => {
  if (constraint.domain !== undefined) {
    if (catalog.typeObject(constraint.domain) === null) report('belongs to a domain that does not exist')
    return
  }
  const table = catalog.relation(constraint.table)
  if (table === null) report(`belongs to table ${constraint.table}, which does not exist`)
  else checkColumns(table, constraint.columns, report)
  if (constraint.index !== 0 && catalog.relation(constraint.index) === null) report('has lost its index')
  const { foreign } = constraint
  if (foreign === null) return
  const parent = catalog.relation(foreign.table)
  if (parent === null) report(`refers to table ${foreign.table}, which does not exist`)
  else checkColumns(parent, foreign.columns, report)
  if (catalog.relation(foreign.index) === null) report('refers to a key whose index does not exist')
}

const checkColumns = (table: RelationObject, attnums: readonly number[], report: Report): void => {
  for (const attnum of attnums) {
    if (table.columns[attnum - 1]?.dropped !== false)
      report(`names column ${attnum} of ${table.name}, which does not exist`)
  }
}
