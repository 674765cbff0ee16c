/** Polymorphic pseudo types: what anyelement and its kin stand for at a call (manual, 38.2.5). */
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { datatypeMismatch, undefinedObject, type Location } from '../errors/raise/analysis.ts'
import { SqlError } from '../errors/sql-error.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { isMultirangeType, isRangeType } from '../types/range/range-type.ts'
import type { SqlType } from '../types/sql-type.ts'

/** What a pseudo type asks of an actual type: any, not an array, an enum, or something made of the element type. */
type Shape = 'element' | 'nonarray' | 'enum' | 'array' | 'range' | 'multirange'

interface Polymorphic {
  readonly family: 'exact' | 'compatible'
  readonly shape: Shape
  readonly name: string
}

const POLYMORPHIC: ReadonlyMap<number, Polymorphic> = new Map<number, Polymorphic>([
  [OID.anyelement, { family: 'exact', shape: 'element', name: 'anyelement' }],
  [OID.anynonarray, { family: 'exact', shape: 'nonarray', name: 'anynonarray' }],
  [OID.anyenum, { family: 'exact', shape: 'enum', name: 'anyenum' }],
  [OID.anyarray, { family: 'exact', shape: 'array', name: 'anyarray' }],
  [OID.anyrange, { family: 'exact', shape: 'range', name: 'anyrange' }],
  [OID.anymultirange, { family: 'exact', shape: 'multirange', name: 'anymultirange' }],
  [OID.anycompatible, { family: 'compatible', shape: 'element', name: 'anycompatible' }],
  [OID.anycompatiblenonarray, { family: 'compatible', shape: 'nonarray', name: 'anycompatiblenonarray' }],
  [OID.anycompatiblearray, { family: 'compatible', shape: 'array', name: 'anycompatiblearray' }],
  [OID.anycompatiblerange, { family: 'compatible', shape: 'range', name: 'anycompatiblerange' }],
  [OID.anycompatiblemultirange, { family: 'compatible', shape: 'multirange', name: 'anycompatiblemultirange' }],
])

export const isPolymorphic = (oid: number): boolean => POLYMORPHIC.has(oid)

/** The common type of types, or null. */
type CommonType = (types: readonly SqlType[]) => SqlType | null

const isUnknown = (type: SqlType | undefined): boolean => type === undefined || type.oid === OID.unknown

export const arrayOf = (catalog: CatalogSnapshot, element: SqlType, location: Location): SqlType => {
  if (element.arrayOid === 0) {
    throw undefinedObject(`could not find array type for data type ${formatType(element, -1)}`, location)
  }
  return catalog.typeOf(element.arrayOid)
}

/** The element of a true array (or a domain over one), null of everything else. */
const arrayElement = (type: SqlType): SqlType | null => {
  const base = baseTypeOf(type)
  return base.length === -1 ? base.element : null
}

/** The types that one family's pseudo types stand for, as far as they are known. */
class Family {
  element: SqlType | null = null
  array: SqlType | null = null
  range: SqlType | null = null
  multirange: SqlType | null = null
}

const describe = (type: SqlType): string => formatType(type, -1)

/** Decides what the pseudo types of one call stand for. */
class Resolver {
  readonly #catalog: CatalogSnapshot
  readonly #location: Location
  readonly #common: CommonType
  readonly #exact = new Family()
  readonly #compatible = new Family()
  readonly #compatibleTypes: SqlType[] = []

  constructor(catalog: CatalogSnapshot, common: CommonType, location: Location) {
    this.#catalog = catalog
    this.#common = common
    this.#location = location
  }

  #mismatch(message: string, detail?: string) {
    return datatypeMismatch(message, undefined, detail === undefined ? {} : { detail })
  }

  #notA(declared: string, what: string, type: SqlType) {
    return this.#mismatch(`argument declared ${declared} is not ${what} but type ${describe(type)}`)
  }

  resolve(declared: readonly number[], actual: readonly SqlType[]): void {
    let exact = 0
    let compatible = 0
    for (const [i, oid] of declared.entries()) {
      const pseudo = POLYMORPHIC.get(oid)
      if (pseudo === undefined) continue
      if (pseudo.family === 'exact') exact++
      else compatible++
      const type = actual[i]
      if (type === undefined || isUnknown(type)) continue
      if (pseudo.family === 'exact') this.#exactArgument(pseudo, type)
      else this.#compatibleArgument(pseudo, type)
    }
    const shapes = new Set(declared.map((oid) => POLYMORPHIC.get(oid)?.name))
    if (exact > 0) this.#settleExact(shapes)
    if (compatible > 0) this.#settleCompatible(shapes)
  }

  #exactArgument({ shape }: Polymorphic, type: SqlType): void {
    const slot = shape === 'nonarray' || shape === 'enum' ? 'element' : shape
    const value = slot === 'element' ? type : baseTypeOf(type)
    const known = this.#exact[slot]
    if (known !== null && known.oid !== value.oid) {
      throw this.#mismatch(
        `arguments declared "any${slot}" are not all alike`,
        `${describe(known)} versus ${describe(value)}`,
      )
    }
    this.#exact[slot] = value
  }

  #settleExact(shapes: ReadonlySet<string | undefined>): void {
    const family = this.#exact
    if (family.array !== null) {
      const element = arrayElement(family.array)
      if (element === null) throw this.#notA('anyarray', 'an array', family.array)
      this.#agree('anyarray', family.array, element)
    }
    if (family.multirange !== null) {
      if (!isMultirangeType(family.multirange)) {
        throw this.#notA('anymultirange', 'a multirange type', family.multirange)
      }
      const { range } = family.multirange
      if (family.range !== null && family.range.oid !== range.oid) {
        throw this.#mismatch(
          'argument declared anymultirange is not consistent with argument declared anyrange',
          `${describe(family.multirange)} versus ${describe(family.range)}`,
        )
      }
      family.range = range
    }
    if (family.range !== null) {
      if (!isRangeType(family.range)) throw this.#notA('anyrange', 'a range type', family.range)
      this.#agree('anyrange', family.range, family.range.subtype)
    }
    if (family.element === null) return
    if (shapes.has('anynonarray') && arrayElement(family.element) !== null) {
      throw this.#mismatch(`type matched to anynonarray is an array type: ${describe(family.element)}`)
    }
    if (shapes.has('anyenum') && family.element.kind !== 'e') {
      throw this.#mismatch(`type matched to anyenum is not an enum type: ${describe(family.element)}`)
    }
  }

  /** The element of an array or a range must be what anyelement stands for. */
  #agree(declared: string, container: SqlType, element: SqlType): void {
    const known = this.#exact.element
    if (known !== null && known.oid !== element.oid) {
      throw this.#mismatch(
        `argument declared ${declared} is not consistent with argument declared anyelement`,
        `${describe(container)} versus ${describe(known)}`,
      )
    }
    this.#exact.element = element
  }

  #compatibleArgument({ shape, name }: Polymorphic, type: SqlType): void {
    switch (shape) {
      case 'array': {
        const element = arrayElement(type)
        if (element === null) throw this.#notA(name, 'an array', type)
        this.#compatibleTypes.push(element)
        return
      }
      case 'range':
      case 'multirange': {
        const base = baseTypeOf(type)
        const known = this.#compatible[shape]
        if (known !== null) {
          if (known.oid === base.oid) return
          throw this.#mismatch(
            `arguments declared "${name}" are not all alike`,
            `${describe(known)} versus ${describe(base)}`,
          )
        }
        this.#compatible[shape] = base
        if (shape === 'range') {
          if (!isRangeType(base)) throw this.#notA(name, 'a range type', type)
          this.#compatibleTypes.push(base.subtype)
        } else {
          if (!isMultirangeType(base)) throw this.#notA(name, 'a multirange type', type)
          this.#compatibleTypes.push(base.range.subtype)
        }
        return
      }
      default:
        this.#compatibleTypes.push(type)
    }
  }

  #settleCompatible(shapes: ReadonlySet<string | undefined>): void {
    const family = this.#compatible
    if (family.multirange !== null && isMultirangeType(family.multirange)) {
      const { range } = family.multirange
      if (family.range !== null && family.range.oid !== range.oid) {
        throw this.#mismatch(
          'argument declared anycompatiblemultirange is not consistent with argument declared anycompatiblerange',
          `${describe(family.multirange)} versus ${describe(family.range)}`,
        )
      }
      family.range = range
    }
    if (this.#compatibleTypes.length === 0) {
      // With unknown literals only, everything is text, of which there are no ranges.
      family.element = this.#catalog.typeOf(OID.text)
      return
    }
    const common = this.#common(this.#compatibleTypes)
    if (common === null) {
      throw this.#mismatch('arguments of anycompatible family cannot be cast to a common type')
    }
    family.element = common
    if (family.range !== null && isRangeType(family.range) && family.range.subtype.oid !== common.oid) {
      throw this.#mismatch(
        `anycompatiblerange type ${describe(family.range)} does not match anycompatible type ${describe(common)}`,
      )
    }
    if (shapes.has('anycompatiblenonarray') && arrayElement(common) !== null) {
      throw this.#mismatch(`type matched to anycompatiblenonarray is an array type: ${describe(common)}`)
    }
  }

  /** What a declared type stands for. */
  replace(oid: number): SqlType {
    const pseudo = POLYMORPHIC.get(oid)
    if (pseudo === undefined) return this.#catalog.typeOf(oid)
    const family = pseudo.family === 'exact' ? this.#exact : this.#compatible
    switch (pseudo.shape) {
      case 'array':
        return family.array ?? arrayOf(this.#catalog, this.#known(family.element), this.#location)
      case 'range':
        if (family === this.#exact) this.#known(family.element)
        return this.#knownAs(family.range, pseudo.name)
      case 'multirange': {
        if (family === this.#exact) this.#known(family.element)
        const range = this.#knownAs(family.range, pseudo.name)
        return family.multirange ?? this.#catalog.typeOf(isRangeType(range) ? range.multirangeOid : 0)
      }
      default:
        return this.#known(family.element)
    }
  }

  #known(type: SqlType | null): SqlType {
    if (type !== null) return type
    throw this.#mismatch('could not determine polymorphic type because input has type unknown')
  }

  #knownAs(type: SqlType | null, name: string): SqlType {
    if (type !== null) return type
    throw this.#mismatch(`could not determine polymorphic type ${name} because input has type unknown`)
  }
}

export interface PolymorphicResolution {
  /** Argument types with polymorphic ones replaced. */
  readonly args: readonly SqlType[]
  readonly result: SqlType
  /** What any other type of the function's declaration (an OUT column's) stands for. */
  replace(oid: number): SqlType
}

/** Decides the types of each family from the actual arguments; declared types without polymorphism stay. Throws 42804. */
export const resolvePolymorphic = (
  catalog: CatalogSnapshot,
  declared: readonly number[],
  actual: readonly SqlType[],
  result: number,
  common: CommonType,
  location: Location,
): PolymorphicResolution => {
  const resolver = new Resolver(catalog, common, location)
  resolver.resolve(declared, actual)
  const args = declared.map((oid, i) => (oid === OID.any ? (actual[i] as SqlType) : resolver.replace(oid)))
  return { args, result: resolver.replace(result), replace: (oid) => resolver.replace(oid) }
}

/** Whether the actual types fit the declared polymorphic ones together. */
export const polymorphicFits = (
  catalog: CatalogSnapshot,
  declared: readonly number[],
  actual: readonly SqlType[],
  common: CommonType,
): boolean => {
  if (!declared.some(isPolymorphic)) return true
  // A literal alone does not say which enum it is of.
  if (declared.includes(OID.anyenum) && declared.every((oid, i) => oid !== OID.anyenum || isUnknown(actual[i])))
    return false
  try {
    new Resolver(catalog, common, undefined).resolve(declared, actual)
    return true
  } catch (error) {
    if (error instanceof SqlError) return false
    throw error
  }
}
