/** TypeName nodes to types: `numeric(10,2)[]`, `myschema.mood`, `interval day to second`. */
import { LocatedError, undefinedSchema, undefinedType, type Location } from '../errors/raise/analysis.ts'
import { collationNotSupported, undefinedCollation } from '../errors/raise/collations.ts'
import { SqlError } from '../errors/sql-error.ts'
import { bodyOf, namesOf, type Node, type TypeName } from '../sql/ast.ts'
import { collate } from '../types/collation.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Collation } from '../types/text-order.ts'
import { findCollation } from '../catalog/collations.ts'
import { usableSchema } from '../catalog/privileges/check.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { arrayOf } from './polymorphic.ts'

export interface TypeWithMod {
  readonly type: SqlType
  readonly typmod: number
}

export interface TypeScope {
  readonly catalog: CatalogSnapshot
  readonly searchPath: readonly number[]
  readonly actingRole?: number | undefined
}

export const resolveTypeName = (scope: TypeScope, node: TypeName): TypeWithMod => {
  const names = namesOf(node.names)
  const base = findType(scope, names, node.location)
  const type = (node.arrayBounds?.length ?? 0) > 0 ? arrayOf(scope.catalog, base, node.location) : base
  return { type, typmod: typmodOf(base, node) }
}

/** The collation of a name as written. Throws 42704, 3F000. */
export const collationNamed = (
  { catalog, searchPath }: TypeScope,
  names: readonly string[],
  location: Location,
): Collation => {
  const name = names.at(-1) as string
  const schemaName = names.length > 1 ? (names.at(-2) as string) : null
  const schema = schemaName === null ? null : catalog.schemaByName(schemaName)
  if (schemaName !== null && schema === null) throw undefinedSchema(schemaName, location)
  const found = findCollation(catalog, name, schema === null ? searchPath : [schema.oid])
  if (found === null) throw undefinedCollation(names.join('.'), location)
  return found
}

/** A type under a collation. Throws 42804 where it has none. */
export const collatedType = (type: SqlType, collation: Collation, location: Location): SqlType => {
  if (type.collation === 0) {
    throw collationNotSupported(formatType(type, -1), location)
  }
  return collate(type, collation)
}

const findType = (scope: TypeScope, names: readonly string[], location: Location): SqlType => {
  const name = names.at(-1) as string
  const schemaName = names.length > 1 ? (names.at(-2) as string) : null
  if (schemaName === null) {
    const found = scope.catalog.findType(name, scope.searchPath)
    if (found === null) throw undefinedType(name, location)
    return found
  }
  const schema = usableSchema(scope.catalog, scope.actingRole, schemaName, location)
  if (schema === null) throw undefinedSchema(schemaName, location)
  const found = scope.catalog.typeIn(schema.oid, name)
  if (found === null) throw undefinedType(`${schemaName}.${name}`, location)
  return found
}

const typmodOf = (type: SqlType, node: TypeName): number => {
  const modifiers = (node.typmods ?? []).map(modifierText)
  if (modifiers.length === 0) {
    // `char` and `character` without a length mean one character.
    return type.oid === OID.bpchar && node.typemod === undefined ? -1 : (node.typemod ?? -1)
  }
  try {
    return type.parseTypmod(modifiers)
  } catch (error) {
    throw error instanceof SqlError ? new LocatedError(error.code, error.message, node.location, error.fields) : error
  }
}

const modifierText = (node: Node): string => {
  const constant = bodyOf(node, 'A_Const')
  if (constant === undefined) return namesOf(bodyOf(node, 'ColumnRef')?.fields).join('.')
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0)
  return constant.fval?.fval ?? constant.sval?.sval ?? ''
}
