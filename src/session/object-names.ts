/** Names of objects for reg* types: resolved along the session's search path, written as that path requires. */
import { collationNamed } from '../analyze/type-name.ts'
import { builtinCollations, findCollation } from '../catalog/collations.ts'
import type { FunctionObject } from '../catalog/objects.ts'
import { functionsOf, inputsOf } from '../catalog/routines.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { PG_CATALOG } from '../types/oids.ts'
import { internalFunctionByName, internalFunctionByOid } from '../catalog/system/data/internal-functions.ts'
import { undefinedObject, undefinedRelation, undefinedSchema, undefinedType } from '../errors/raise/analysis.ts'
import {
  ambiguousFunctionText,
  expectedLeftParenthesis,
  undefinedFunctionText,
  expectedRightParenthesis,
  undefinedOperatorText,
  ambiguousOperatorText,
} from '../errors/raise/routines.ts'
import { functionByOid, functionsByName, operatorByOid, operatorsByName } from '../functions/index.ts'
import { unknownConfiguration, unknownDictionary } from '../errors/raise/text-search.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import { configurations, dictionaries } from '../functions/text-search/configurations.ts'
import { formatType, typeByName } from '../types/index.ts'
import type { ObjectNames, RegKind } from '../types/sql-type.ts'
import { tooManyDots } from '../errors/raise/session.ts'
import { splitQualified } from './qualified-name.ts'

export interface NameScope {
  readonly catalog: CatalogSnapshot
  readonly searchPath: readonly number[]
}

export const objectNames = (scope: () => NameScope): ObjectNames => ({
  format: (kind, oid) => FORMATTERS[kind](scope(), oid),
  resolve: (kind, name) => (/^\d+$/.test(name) ? Number(name) : RESOLVERS[kind](scope(), name)),
})

type Formatter = (scope: NameScope, oid: number) => string | null
type Resolver = (scope: NameScope, name: string) => number

/** A relation's name, with its schema when the search path would find another or none. */
export const relationName = ({ catalog, searchPath }: NameScope, oid: number): string | null => {
  const relation = catalog.relation(oid)
  if (relation === null) return null
  const visible = catalog.findRelation(relation.name, searchPath)?.oid === oid
  const name = quoteIdentifier(relation.name)
  return visible ? name : `${quoteIdentifier(catalog.schema(relation.schema)?.name ?? '')}.${name}`
}

const typeName: Formatter = ({ catalog, searchPath }, oid) => {
  const type = catalog.typeByOid(oid)
  if (type === null) return null
  const text = formatType(type, -1)
  if (type.namespace === PG_CATALOG || searchPath.includes(type.namespace)) return text
  return `${quoteIdentifier(catalog.schema(type.namespace)?.name ?? '')}.${text}`
}

const signature = (scope: NameScope, name: string, args: readonly number[]): string =>
  `${name}(${args.map((arg) => typeName(scope, arg)).join(',')})`

/** A function's name, with its schema when the search path does not lead to it. */
const routineName = ({ catalog, searchPath }: NameScope, routine: FunctionObject): string => {
  const name = quoteIdentifier(routine.name)
  const first = searchPath.find((schema) => functionsOf(catalog, routine.name, [schema]).length > 0)
  return first === routine.schema ? name : `${quoteIdentifier(catalog.schema(routine.schema)?.name ?? '')}.${name}`
}

/** A name that several objects have is shown with its schema, which does not make it one's own. */
const unambiguous = (name: string, sameName: readonly unknown[]): string =>
  sameName.length > 1 ? `pg_catalog.${name}` : name

const FORMATTERS: Readonly<Record<RegKind, Formatter>> = {
  regclass: relationName,
  regtype: typeName,
  regproc: (scope, oid) => {
    const own = scope.catalog.function(oid)
    if (own !== null) return routineName(scope, own)
    const name = (functionByOid(oid) ?? internalFunctionByOid(oid))?.name
    return name === undefined ? null : unambiguous(name, functionsByName(name))
  },
  regprocedure: (scope, oid) => {
    const own = scope.catalog.function(oid)
    if (own !== null) {
      return signature(
        scope,
        routineName(scope, own),
        inputsOf(own).map(({ type }) => type),
      )
    }
    const fn = functionByOid(oid) ?? internalFunctionByOid(oid)
    return fn === undefined ? null : signature(scope, fn.name, fn.args)
  },
  regoper: (_scope, oid) => {
    const name = operatorByOid(oid)?.name
    return name === undefined ? null : unambiguous(name, operatorsByName(name))
  },
  regoperator: (scope, oid) => {
    const operator = operatorByOid(oid)
    if (operator === undefined) return null
    const args = [operator.left, operator.right].map((arg) => (arg === 0 ? 'NONE' : typeName(scope, arg)))
    return `${operator.name}(${args.join(',')})`
  },
  regnamespace: ({ catalog }, oid) => quoted(catalog.schema(oid)?.name),
  regrole: ({ catalog }, oid) => quoted(catalog.role(oid)?.name),
  regcollation: ({ catalog, searchPath }, oid) => {
    const own = catalog.collation(oid)
    if (own === null) return quoted(builtinCollations().get(oid)?.name)
    const isVisible = findCollation(catalog, own.name, searchPath)?.oid === oid
    return isVisible ? quoted(own.name) : `${quoted(catalog.schema(own.schema)?.name)}.${quoted(own.name)}`
  },
  regconfig: (_scope, oid) => configurations.find((configuration) => configuration.oid === oid)?.name ?? null,
  regdictionary: (_scope, oid) => dictionaries.find((dictionary) => dictionary.oid === oid)?.name ?? null,
}

const quoted = (name: string | undefined): string | null => (name === undefined ? null : quoteIdentifier(name))

/** The name of what is in pg_catalog, null when another schema is named. */
const catalogName = (text: string): string | null => {
  const parts = splitQualified(text)
  return parts.length > 1 && parts.at(-2) !== 'pg_catalog' ? null : (parts.at(-1) as string)
}

const schemaOf = (scope: NameScope, name: string): number => {
  const schema = scope.catalog.schemaByName(name)
  if (schema === null) throw undefinedSchema(name)
  return schema.oid
}

const resolveRelationName: Resolver = (scope, text) => {
  const parts = splitQualified(text)
  if (parts.length > 3) throw tooManyDots(parts.join('.'))
  const name = parts.at(-1) as string
  const found =
    parts.length > 1
      ? scope.catalog.relationIn(schemaOf(scope, parts.at(-2) as string), name)
      : scope.catalog.findRelation(name, scope.searchPath)
  if (found === null) throw undefinedRelation(parts.join('.'))
  return found.oid
}

const resolveTypeName: Resolver = (scope, text) => {
  // What modifies a type is read and means nothing here.
  const plain = text.replace(/\([^()]*\)/, '')
  const spelled = typeByName(plain.trim().toLowerCase())
  if (spelled !== undefined) return spelled.oid
  const array = plain.trim().endsWith('[]')
  const parts = splitQualified(array ? plain.trim().slice(0, -2) : plain)
  const name = parts.at(-1) as string
  const found =
    parts.length > 1
      ? scope.catalog.typeIn(schemaOf(scope, parts.at(-2) as string), name)
      : (scope.catalog.findType(name, scope.searchPath) ?? typeByName(name) ?? null)
  if (found === null) throw undefinedType(parts.join('.'))
  return array ? found.arrayOid : found.oid
}

/** A name's last part, and the schemas in which it is looked for. */
const named = (scope: NameScope, text: string): { readonly name: string; readonly schemas: readonly number[] } => {
  const parts = splitQualified(text.trim())
  const schemas = parts.length > 1 ? [schemaOf(scope, parts.at(-2) as string)] : scope.searchPath
  return { name: parts.at(-1) as string, schemas }
}

const RESOLVERS: Readonly<Record<RegKind, Resolver>> = {
  regclass: resolveRelationName,
  regtype: resolveTypeName,
  regproc: (scope, text) => {
    const { name, schemas } = named(scope, text)
    const internal = internalFunctionByName(name)
    const [first = internal, second] = functionsOf(scope.catalog, name, schemas)
    if (first === undefined) throw undefinedFunctionText(text)
    if (second !== undefined) throw ambiguousFunctionText(text)
    return first.oid
  },
  regprocedure: (scope, text) => {
    const match = /^(.*)\((.*)\)$/.exec(text)
    if (match === null) throw text.includes('(') ? expectedRightParenthesis() : expectedLeftParenthesis()
    const { name, schemas } = named(scope, match[1] ?? text)
    const args = (match[2] ?? '')
      .split(',')
      .filter((a) => a.trim() !== '')
      .map((a) => resolveTypeName(scope, a))
    const found = functionsOf(scope.catalog, name, schemas).find(
      (f) => f.args.length === args.length && f.args.every((a, i) => a === args[i]),
    )
    if (found === undefined) throw undefinedFunctionText(text)
    return found.oid
  },
  regoper: (_scope, text) => {
    const [first, second] = operatorsByName(text)
    if (first === undefined) throw undefinedOperatorText(text)
    if (second !== undefined) throw ambiguousOperatorText(text)
    return first.oid
  },
  regoperator: (scope, text) => {
    const match = /^(.*)\((.*),(.*)\)$/.exec(text)
    if (match === null) throw text.includes('(') ? expectedRightParenthesis() : expectedLeftParenthesis()
    const side = (type: string): number => (type.trim().toUpperCase() === 'NONE' ? 0 : resolveTypeName(scope, type))
    const [left, right] = [side(match?.[2] ?? ''), side(match?.[3] ?? '')]
    const found = operatorsByName(match?.[1] ?? text).find((o) => o.left === left && o.right === right)
    if (found === undefined) throw undefinedOperatorText(text)
    return found.oid
  },
  regnamespace: (scope, text) => schemaOf(scope, splitQualified(text)[0] as string),
  regrole: ({ catalog }, text) => {
    const name = splitQualified(text)[0] as string
    const role = catalog.roleByName(name)
    if (role === null) throw undefinedObject(`role "${name}" does not exist`)
    return role.oid
  },
  regcollation: (scope, text) => collationNamed(scope, splitQualified(text), undefined).oid,
  regconfig: (_scope, text) => {
    const found = configurations.find(({ name }) => name === catalogName(text))
    if (found === undefined) throw unknownConfiguration(text)
    return found.oid
  },
  regdictionary: (_scope, text) => {
    const found = dictionaries.find(({ name }) => name === catalogName(text))
    if (found === undefined) throw unknownDictionary(text)
    return found.oid
  },
}
