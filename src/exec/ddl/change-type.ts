/** A type that changes: other types are made of it, and columns and keys carry it. */
import { collationByOid } from '../../catalog/collations.ts'
import type { RelationObject, TypeObject } from '../../catalog/objects.ts'
import { definedType } from '../../catalog/types.ts'
import { arrayTypeOf } from '../../types/array.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { DefinitionContext } from './context.ts'

/** Puts the object's new record in the place of the old one, and new types wherever the old one was. */
export const changeType = (context: DefinitionContext, object: TypeObject): void => {
  const renewed = new Map<number, SqlType>()
  const renew = (changed: TypeObject): void => {
    const type = definedType(
      { ...changed, arrayOid: changed.arrayType.oid, relation: changed.type.relation },
      {
        typeOf: (oid) => renewed.get(oid) ?? context.catalog.snapshot.typeOf(oid),
        relation: (oid) => context.catalog.snapshot.relation(oid),
        collation: (oid) => collationByOid(context.catalog.snapshot, oid),
      },
    )
    const arrayType = arrayTypeOf(type)
    renewed.set(type.oid, type)
    renewed.set(arrayType.oid, arrayType)
    context.catalog.put({ ...changed, type, arrayType })
    for (const other of context.catalog.snapshot.all('type')) {
      if (!renewed.has(other.oid) && madeOf(other).some((oid) => renewed.has(oid))) renew(other)
    }
  }
  renew(object)
  for (const relation of context.catalog.snapshot.all('relation')) adopt(context, relation, renewed)
}

const madeOf = ({ range, multirangeOf, domain }: TypeObject): number[] =>
  [range?.subtype, multirangeOf, domain?.base].filter((oid) => oid !== undefined)

const adopt = (context: DefinitionContext, relation: RelationObject, renewed: ReadonlyMap<number, SqlType>): void => {
  const carrying = <T extends { readonly type: SqlType }>(items: readonly T[]): readonly T[] =>
    items.some(({ type }) => renewed.has(type.oid))
      ? items.map((item) => ({ ...item, type: renewed.get(item.type.oid) ?? item.type }))
      : items
  const columns = carrying(relation.columns)
  const keys = carrying(relation.index?.keys ?? [])
  if (columns === relation.columns && (relation.index === null || keys === relation.index.keys)) return
  context.catalog.put({
    ...relation,
    columns,
    index: relation.index === null ? null : { ...relation.index, keys },
  })
}
