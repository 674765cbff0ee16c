/** Names of objects as SQL must write them under the search path, and what an argument of an information function names. */
import { PG_CATALOG } from '../../types/oids.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import { formatType } from '../../types/index.ts'
import type { RegKind, SqlType } from '../../types/sql-type.ts'
import type { FunctionObject, RelationObject } from '../objects.ts'
import { isRoutineVisible } from '../routines.ts'
import type { InformationSource } from './source.ts'

/** OIDs of the schemas of the search path that exist. */
export const pathOids = ({ catalog, searchPath }: InformationSource): number[] =>
  searchPath.flatMap((name) => catalog.schemaByName(name)?.oid ?? [])

export const isRelationVisible = (source: InformationSource, relation: RelationObject): boolean =>
  source.catalog.findRelation(relation.name, pathOids(source))?.oid === relation.oid

export const qualifiedName = ({ catalog }: InformationSource, relation: RelationObject): string =>
  `${quoteIdentifier(catalog.schema(relation.schema)?.name ?? '')}.${quoteIdentifier(relation.name)}`

/** With its schema only when the search path would not find it. */
export const relationName = (source: InformationSource, relation: RelationObject): string =>
  isRelationVisible(source, relation) ? quoteIdentifier(relation.name) : qualifiedName(source, relation)

export const isFunctionVisible = (source: InformationSource, routine: FunctionObject): boolean =>
  isRoutineVisible(source.catalog, pathOids(source), routine)

export const isTypeVisible = (source: InformationSource, type: SqlType): boolean =>
  type.namespace === PG_CATALOG || source.catalog.findType(type.name, pathOids(source))?.oid === type.oid

/** format_type(): `typmod` null means that none was asked about. */
const typeName = (source: InformationSource, type: SqlType, typmod: number | null): string => {
  const text = typmod === null && type.name === 'bpchar' ? type.sqlName : formatType(type, typmod ?? -1)
  if (isTypeVisible(source, type)) return text
  return `${quoteIdentifier(source.catalog.schema(type.namespace)?.name ?? '')}.${text}`
}

export const typeNameByOid = (source: InformationSource, oid: number, typmod: number | null): string => {
  if (oid === 0) return '-'
  const type = source.catalog.typeByOid(oid)
  return type === null ? '???' : typeName(source, type, typmod)
}

/** OID of an object named as the reg types read names; throws when there is none. */
export const resolve = (source: InformationSource, kind: RegKind, name: string): number =>
  source.eval.format.names.resolve(kind, name)

/** As `resolve`, null when there is none. */
export const tryResolve = (source: InformationSource, kind: RegKind, name: string): number | null => {
  try {
    return resolve(source, kind, name)
  } catch (error) {
    if (error instanceof SqlError) return null
    throw error
  }
}

/** The relation of an argument that is an OID or a name. */
export const relationOf = (source: InformationSource, argument: number | string): RelationObject | null =>
  source.catalog.relation(typeof argument === 'number' ? argument : resolve(source, 'regclass', argument))
