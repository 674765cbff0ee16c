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

/** The type of a domain: codec, order and physical form are the base's. */
export const domainType = ({ base, sqlName, ...facts }: DomainFacts): SqlType => ({
  ...base,
  ...facts,
  sqlName: sqlName ?? facts.name,
  kind: 'd',
  preferred: false,
  element: null,
})
