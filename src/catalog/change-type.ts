/** A type that changes: other types are made of it, and columns and keys carry it. */
import { arrayTypeOf } from '../types/array.ts'
import { collate } from '../types/collation.ts'
import type { SqlType } from '../types/sql-type.ts'
import { collationByOid } from './collations.ts'
import type { CatalogObject, Column, RelationObject, TypeObject } from './objects.ts'
import type { CatalogSnapshot } from './snapshot.ts'
import { definedType } from './types.ts'

/** The catalog as a transaction sees and changes it. */
interface ChangingCatalog {
  readonly snapshot: CatalogSnapshot
  put(object: CatalogObject): void
}

/** Puts the object's new record in the place of the old one, and new types wherever the old one was. */
export const changeType = (catalog: ChangingCatalog, object: TypeObject): void => {
  const renewed = new Map<number, SqlType>()
  const renew = (changed: TypeObject): void => {
    const type = definedType(
      { ...changed, arrayOid: changed.arrayType.oid, relation: changed.type.relation },
      {
        typeOf: (oid) => renewed.get(oid) ?? catalog.snapshot.typeOf(oid),
        relation: (oid) => catalog.snapshot.relation(oid),
        collation: (oid) => collationByOid(catalog.snapshot, oid),
      },
    )
    const arrayType = arrayTypeOf(type)
    renewed.set(type.oid, type)
    renewed.set(arrayType.oid, arrayType)
    catalog.put({ ...changed, type, arrayType })
    for (const other of catalog.snapshot.all('type')) {
      if (!renewed.has(other.oid) && madeOf(other).some((oid) => renewed.has(oid))) renew(other)
    }
  }
  renew(object)
  for (const relation of catalog.snapshot.all('relation')) adopt(catalog, relation, renewed)
}

const madeOf = ({ range, multirangeOf, domain }: TypeObject): number[] =>
  [range?.subtype, multirangeOf, domain?.base].filter((oid) => oid !== undefined)

const adopt = (catalog: ChangingCatalog, relation: RelationObject, renewed: ReadonlyMap<number, SqlType>): void => {
  const renewal = (type: SqlType): SqlType => {
    const found = renewed.get(type.oid) ?? type
    return found === type || type.collated === undefined ? found : collate(found, type.collated)
  }
  const carrying = <T extends { readonly type: SqlType }>(items: readonly T[]): readonly T[] =>
    items.some(({ type }) => renewed.has(type.oid))
      ? items.map((item) => ({ ...item, type: renewal(item.type) }))
      : items
  const columns = carrying(relation.columns)
  const keys = carrying(relation.index?.keys ?? [])
  if (columns === relation.columns && (relation.index === null || keys === relation.index.keys)) return
  catalog.put({
    ...relation,
    columns,
    index: relation.index === null ? null : { ...relation.index, keys },
  })
}

/** Whether a column is another field of the rows that it is in. */
const isOtherField = (a: Column, b: Column | undefined): boolean =>
  b === undefined || a.name !== b.name || a.type !== b.type || a.typmod !== b.typmod || a.dropped !== b.dropped

/** Rows of a relation whose columns change are of the same type with other fields. */
export const followColumns = (catalog: ChangingCatalog, before: RelationObject, after: RelationObject): void => {
  if (after.rowType === 0 || before.columns === after.columns) return
  if (
    before.columns.length === after.columns.length &&
    !after.columns.some((c, i) => isOtherField(c, before.columns[i]))
  )
    return
  const object = catalog.snapshot.typeObject(after.rowType)
  if (object !== null) changeType(catalog, object)
}
