/** Domains: the base type under another name. Constraints and defaults are the catalog's. */
import type { SqlType } from './sql-type.ts'

export interface DomainFacts {
  readonly oid: number
  readonly arrayOid: number
  readonly name: string
  readonly namespace: number
  readonly base: SqlType
  /** How SQL writes the domain; the name where absent. */
  readonly sqlName?: string
}

/** A domain's type with the type that it is over. */
export interface DomainType extends SqlType {
  readonly base: SqlType
}

export const isDomainType = (type: SqlType): type is DomainType => type.kind === 'd'

/** The type that a domain is over in the end; any other type itself. */
export const baseTypeOf = (type: SqlType): SqlType => (isDomainType(type) ? baseTypeOf(type.base) : type)

/** The type of a domain: codec, order and physical form are the base's. */
export const domainType = ({ base, sqlName, ...facts }: DomainFacts): DomainType => ({
  ...base,
  ...facts,
  base,
  sqlName: sqlName ?? facts.name,
  kind: 'd',
  preferred: false,
  element: null,
})
