/** Domains: the base type under another name. Constraints and defaults are the catalog's. */
import type { Datum, FormatContext, SqlType } from './sql-type.ts'

export interface DomainFacts {
  readonly oid: number
  readonly arrayOid: number
  readonly name: string
  readonly namespace: number
  readonly base: SqlType
  /** The typmod of its base; -1 where absent. */
  readonly baseTypmod?: number
  /** How SQL writes the domain; the name where absent. */
  readonly sqlName?: string
}

/** A domain's type with the type that it is over. */
export interface DomainType extends SqlType {
  readonly base: SqlType
  readonly baseTypmod: number
}

export const isDomainType = (type: SqlType): type is DomainType => type.kind === 'd'

/** The type that a domain is over in the end; any other type itself. */
export const baseTypeOf = (type: SqlType): SqlType => (isDomainType(type) ? baseTypeOf(type.base) : type)

/** The type below all domains with its typmod, by which clients are told of values of a domain. */
export const clientType = (type: SqlType, typmod: number): { readonly type: SqlType; readonly typmod: number } =>
  isDomainType(type) ? clientType(type.base, type.baseTypmod) : { type, typmod }

/** The type of a domain: codec, order and physical form are the base's; what is read must satisfy the constraints. */
export const domainType = ({ base, sqlName, baseTypmod = -1, ...facts }: DomainFacts): DomainType => {
  // Only the domain at the bottom has a typmod.
  const bottom = clientType(base, baseTypmod)
  const checked = (read: Datum, { checkDomain }: FormatContext): Datum => {
    if (checkDomain === undefined) return read
    const value = bottom.typmod < 0 || read === null ? read : bottom.type.applyTypmod(read, bottom.typmod, false)
    checkDomain(type, value)
    return value
  }
  const type: DomainType = {
    ...base,
    ...facts,
    base,
    baseTypmod,
    sqlName: sqlName ?? facts.name,
    kind: 'd',
    preferred: false,
    element: null,
    relation: 0,
    parse: (text, _typmod, context) => checked(bottom.type.parse(text, bottom.typmod, context), context),
    receive: (bytes, _typmod, context) => checked(bottom.type.receive(bytes, bottom.typmod, context), context),
  }
  return type
}
