/** A relation's columns as storage describes them; remembered per relation record, since records never change. */
import type { RelationObject } from './objects.ts'
import type { ColumnDescriptor } from '../storage/table/column.ts'

const known = new WeakMap<RelationObject, readonly ColumnDescriptor[]>()

export const descriptorsOf = (relation: RelationObject): readonly ColumnDescriptor[] => {
  let descriptors = known.get(relation)
  if (descriptors === undefined) {
    descriptors = relation.columns.map(({ type, missing, dropped }) => ({ type, missing, dropped }))
    known.set(relation, descriptors)
  }
  return descriptors
}
