/** The types that a database defines, made from what their objects say. */
import { collate } from '../types/collation.ts'
import { domainType } from '../types/domain-type.ts'
import { enumType } from '../types/enum-type.ts'
import { isRangeType, multirangeType, rangeType } from '../types/range/range-type.ts'
import { rowType, type RowTypeField } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import type { Column, RelationObject, TypeObject } from './objects.ts'

/** What a type's object says of it, and the oids that the type itself carries. */
export type TypeFacts = Pick<TypeObject, 'oid' | 'name' | 'schema' | 'labels' | 'range' | 'multirangeOf' | 'domain'> & {
  readonly arrayOid: number
  /** The relation whose row type it is, 0 for none. */
  readonly relation: number
}

/** What types are made of. */
export interface TypeParts {
  typeOf(oid: number): SqlType
  relation(oid: number): RelationObject | null
  collation(oid: number): Collation | null
}

export const definedType = (facts: TypeFacts, parts: TypeParts): SqlType => {
  const { oid, arrayOid, name, labels, range, multirangeOf, domain, relation } = facts
  const identity = { oid, arrayOid, name, namespace: facts.schema }
  if (labels !== null) return enumType({ ...identity, labels: labels.map(({ label }) => label) })
  if (range !== undefined) {
    const subtype = underCollation(parts, range.subtype, range.collation)
    return rangeType({ ...identity, subtype, multirange: range.multirange })
  }
  if (multirangeOf !== undefined) {
    const of = parts.typeOf(multirangeOf)
    if (!isRangeType(of)) throw new Error(`multirange type ${name} over ${of.name}, which is no range type`)
    return multirangeType(of, identity)
  }
  if (domain !== undefined) {
    const base = underCollation(parts, domain.base, domain.collation)
    return domainType({ ...identity, base, baseTypmod: domain.typmod })
  }
  return tableRowType(identity, relation, parts.relation)
}

const underCollation = (parts: TypeParts, oid: number, number: number | undefined): SqlType => {
  const type = parts.typeOf(oid)
  const collation = number === undefined ? null : parts.collation(number)
  return collation === null ? type : collate(type, collation)
}

/**
 * The row type of a relation with the fields that its columns are now; when these change, so does the type. A relation that
 * is not known yet is looked up when the fields are needed.
 */
export const tableRowType = (
  facts: { oid: number; arrayOid: number; name: string; namespace: number },
  relation: number,
  find: (oid: number) => RelationObject | null,
): SqlType => {
  const known = find(relation)
  return rowType({ ...facts, relation, fields: known === null ? laterFields(relation, find) : fieldsOf(known.columns) })
}

/** Keeps hold of nothing but the fields. */
const fieldsOf = (columns: readonly Column[]): (() => readonly RowTypeField[]) => {
  const fields = columns.filter((c) => !c.dropped).map(({ name, type, typmod }) => ({ name, type, typmod }))
  return () => fields
}

const laterFields = (
  relation: number,
  find: (oid: number) => RelationObject | null,
): (() => readonly RowTypeField[]) => {
  let found: (() => readonly RowTypeField[]) | null = null
  return () => {
    found ??= fieldsOf(find(relation)?.columns ?? [])
    return found()
  }
}
