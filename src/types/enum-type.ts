/** Enum types: made for CREATE TYPE … AS ENUM; a datum is its label. */
import { invalidEnumLabel } from '../errors/raise/data.ts'
import { decodeUtf8, encodeUtf8 } from './bytes.ts'
import { defineType } from './define-type.ts'
import type { SqlType } from './sql-type.ts'

export interface EnumFacts {
  readonly oid: number
  readonly arrayOid: number
  readonly name: string
  readonly namespace: number
  /** In their order. */
  readonly labels: readonly string[]
  /** How SQL writes the type; the name where absent. */
  readonly sqlName?: string
}

/** An enum's type with its labels. */
export interface EnumType extends SqlType {
  readonly labels: readonly string[]
}

export const isEnumType = (type: SqlType): type is EnumType => type.kind === 'e'

export const enumType = (facts: EnumFacts): EnumType => {
  const order = new Map(facts.labels.map((label, index) => [label, index]))
  const parse = (label: string): string => {
    if (!order.has(label)) throw invalidEnumLabel(facts.sqlName ?? facts.name, label)
    return label
  }
  return {
    ...defineType({
      oid: facts.oid,
      name: facts.name,
      sqlName: facts.sqlName ?? facts.name,
      namespace: facts.namespace,
      kind: 'e',
      category: 'E',
      length: 4,
      align: 'i',
      arrayOid: facts.arrayOid,
      physical: 'any',
      parse,
      format: (value: string) => value,
      receive: (bytes) => parse(decodeUtf8(bytes)),
      send: encodeUtf8,
      compare: (a: string, b: string) => (order.get(a) ?? -1) - (order.get(b) ?? -1),
    }),
    labels: facts.labels,
  }
}
