/** Polymorphic pseudo types: what anyelement and its kin stand for at a call (manual, 38.2.5). */
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { datatypeMismatch, indeterminateDatatype, type Location } from '../errors/raise/analysis.ts'
import { OID } from '../types/oids.ts'
import { formatType } from '../types/index.ts'
import type { SqlType } from '../types/sql-type.ts'

const SIMPLE = new Set<number>([OID.anyelement, OID.anyarray, OID.anynonarray, OID.anyenum])
const COMPATIBLE = new Set<number>([OID.anycompatible, OID.anycompatiblearray, OID.anycompatiblenonarray])
const ARRAYS = new Set<number>([OID.anyarray, OID.anycompatiblearray])

export const isPolymorphic = (oid: number): boolean => SIMPLE.has(oid) || COMPATIBLE.has(oid)

export interface PolymorphicResolution {
  /** Argument types with polymorphic ones replaced. */
  readonly args: readonly SqlType[]
  readonly result: SqlType
}

/** Decides the element type of each family from the actual arguments; declared types without polymorphism stay. */
export const resolvePolymorphic = (
  catalog: CatalogSnapshot,
  declared: readonly number[],
  actual: readonly SqlType[],
  result: number,
  common: (types: readonly SqlType[]) => SqlType,
  location: Location,
): PolymorphicResolution => {
  const element = exactElement(declared, actual, location)
  const compatible = compatibleElement(declared, actual, common)
  const replace = (oid: number): SqlType => {
    if (!isPolymorphic(oid)) return catalog.typeOf(oid)
    const family = SIMPLE.has(oid) ? element : compatible
    if (family === null) {
      throw indeterminateDatatype(
        `could not determine polymorphic type because input has type ${formatType(catalog.typeOf(OID.unknown), -1)}`,
        location,
      )
    }
    return ARRAYS.has(oid) ? arrayOf(catalog, family, location) : family
  }
  const args = declared.map((oid, i) => {
    if (oid === OID.any) return actual[i] as SqlType
    return replace(oid)
  })
  return { args, result: replace(result) }
}

export const arrayOf = (catalog: CatalogSnapshot, element: SqlType, location: Location): SqlType => {
  if (element.arrayOid === 0) {
    throw datatypeMismatch(`could not find array type for data type ${formatType(element, -1)}`, location)
  }
  return catalog.typeOf(element.arrayOid)
}

const elementOf = (declared: number, actual: SqlType): SqlType | null =>
  ARRAYS.has(declared) ? actual.element : actual

const exactElement = (declared: readonly number[], actual: readonly SqlType[], location: Location): SqlType | null => {
  let found: SqlType | null = null
  for (const [i, oid] of declared.entries()) {
    const type = actual[i]
    if (!SIMPLE.has(oid) || type === undefined || type.oid === OID.unknown) continue
    const element = elementOf(oid, type)
    if (element === null)
      throw datatypeMismatch(`argument declared anyarray is not an array but type ${formatType(type, -1)}`, location)
    if (found !== null && found.oid !== element.oid) {
      throw datatypeMismatch('arguments declared "anyelement" are not all alike', location, {
        detail: `${formatType(found, -1)} versus ${formatType(element, -1)}`,
      })
    }
    found = element
  }
  return found
}

const compatibleElement = (
  declared: readonly number[],
  actual: readonly SqlType[],
  common: (types: readonly SqlType[]) => SqlType,
): SqlType | null => {
  if (!declared.some((oid) => COMPATIBLE.has(oid))) return null
  const types = declared.flatMap((oid, i) => {
    const type = actual[i]
    return COMPATIBLE.has(oid) && type !== undefined && type.oid !== OID.unknown ? [elementOf(oid, type) ?? type] : []
  })
  return common(types)
}
