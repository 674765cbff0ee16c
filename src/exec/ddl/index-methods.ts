/**
 * What index methods take: types, operator classes, and kinds of indexes. All indexes are ordered here, whatever method a
 * definition names; what the method could not do is refused all the same.
 */
import { BTREE, HASH, operatorClass, operatorClassNamed } from '../../catalog/system/data/operator-classes.ts'
import { featureNotSupported, noOperatorClass } from '../../errors/raise/analysis.ts'
import { undefinedNamed } from '../../errors/raise/definitions.ts'
import { wrongClassType, noSuchOperatorClass } from '../../errors/raise/types.ts'
import { equalityOperator } from '../../functions/index.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { SqlType } from '../../types/sql-type.ts'

interface Method {
  readonly unique: boolean
  readonly multicolumn: boolean
  readonly included: boolean
  /** Types without an order that the method knows. */
  readonly unordered: readonly number[]
}

const METHODS: Readonly<Record<string, Method>> = {
  btree: { unique: true, multicolumn: true, included: true, unordered: [] },
  hash: { unique: false, multicolumn: false, included: false, unordered: [] },
  gin: { unique: false, multicolumn: true, included: false, unordered: [] },
  gist: {
    unique: false,
    multicolumn: true,
    included: true,
    unordered: [OID.point, OID.box, OID.polygon, OID.circle],
  },
  brin: { unique: false, multicolumn: true, included: false, unordered: [OID.box] },
  spgist: { unique: false, multicolumn: false, included: true, unordered: [OID.point, OID.box, OID.polygon] },
}

/** The method's name, `btree` where none is given. Throws 42704. */
export const methodOf = (method: string | undefined): string => {
  const name = method ?? 'btree'
  if (!Object.hasOwn(METHODS, name)) throw undefinedNamed('access method', name)
  return name
}

/** Throws 0A000 for an index that the method cannot be. */
export const checkMethod = (method: string, index: { unique: boolean; keys: number; included: number }): void => {
  const { unique, multicolumn, included } = METHODS[method] as Method
  const refuse = (what: string): Error => featureNotSupported(`access method "${method}" does not support ${what}`)
  if (index.unique && !unique) throw refuse('unique indexes')
  if (index.included > 0 && !included) throw refuse('included columns')
  if (index.keys > 1 && !multicolumn) throw refuse('multicolumn indexes')
}

/** Types whose values are made of the entries that GIN indexes. */
const isGinType = (type: SqlType): boolean =>
  type.category === 'A' || type.oid === OID.jsonb || type.oid === OID.tsvector

/** Throws 42704 for a type that the method has no operator class for, 42804 for a class that is not the type's. */
export const requireOperators = (type: SqlType, method: string, opclass: string | null): void => {
  if (opclass !== null && (method === 'btree' || method === 'hash')) {
    requireClass(type, method, opclass)
    return
  }
  if (opclass !== null && method === 'gin') return
  const isKnown =
    method === 'hash'
      ? type.hashKey !== null && equalityOperator(type)?.hashes !== false
      : method === 'gin'
        ? isGinType(type)
        : type.compare !== null || (METHODS[method]?.unordered ?? []).includes(type.oid)
  if (!isKnown) throw noOperatorClass(formatType(type, -1), method)
}

const requireClass = (type: SqlType, method: string, name: string): void => {
  const oid = method === 'hash' ? HASH : BTREE
  const named = operatorClassNamed(oid, name)
  if (named === undefined) throw noSuchOperatorClass(name, method)
  const own = operatorClass(type, oid, null)
  if (own === undefined || !accepts(named.type, own.type)) throw wrongClassType(name, formatType(type, -1))
}

/** Classes of one type serve another whose values are the same: those of text take varchar, and the other way round. */
const accepts = (taken: number, given: number): boolean => taken === given || (isText(taken) && isText(given))

const isText = (oid: number): boolean => oid === OID.text || oid === OID.varchar
