/**
 * What index methods take: types, operator classes, and kinds of indexes. All indexes are ordered here, whatever method a
 * definition names; what the method could not do is refused all the same.
 */
import {
  classType,
  METHOD_OIDS,
  operatorClass,
  operatorClassNamed,
} from '../../catalog/system/data/operator-classes.ts'
import { featureNotSupported, noOperatorClass } from '../../errors/raise/analysis.ts'
import { undefinedNamed } from '../../errors/raise/definitions.ts'
import { wrongClassType, noSuchOperatorClass } from '../../errors/raise/types.ts'
import { castBetween } from '../../functions/index.ts'
import { formatType } from '../../types/index.ts'
import type { SqlType } from '../../types/sql-type.ts'

interface Method {
  readonly unique: boolean
  readonly multicolumn: boolean
  readonly included: boolean
}

const METHODS: Readonly<Record<string, Method>> = {
  btree: { unique: true, multicolumn: true, included: true },
  hash: { unique: false, multicolumn: false, included: false },
  gin: { unique: false, multicolumn: true, included: false },
  gist: { unique: false, multicolumn: true, included: true },
  brin: { unique: false, multicolumn: true, included: false },
  spgist: { unique: false, multicolumn: false, included: true },
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

/** Throws 42704 for a type that the method has no operator class for, 42804 for a class that is not the type's. */
export const requireOperators = (type: SqlType, method: string, opclass: string | null): void => {
  if (opclass !== null) {
    requireClass(type, method, opclass)
    return
  }
  const isKnown =
    operatorClass(type, METHOD_OIDS[method] as number, null) !== undefined &&
    (method !== 'btree' || type.compare !== null) &&
    (method !== 'hash' || type.hashKey !== null)
  if (!isKnown) throw noOperatorClass(formatType(type, -1), method)
}

const requireClass = (type: SqlType, method: string, name: string): void => {
  const named = operatorClassNamed(METHOD_OIDS[method] as number, name)
  if (named === undefined) throw noSuchOperatorClass(name, method)
  const given = classType(type)
  const cast = castBetween(given, named.type)
  const isSame = given === named.type || cast?.method === 'binary'
  if (!isSame) throw wrongClassType(name, formatType(type, -1))
}
