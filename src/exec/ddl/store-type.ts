/** Adds a type with its array type to the catalog. */

import { PG_CATALOG } from '../../types/oids.ts'
import { collationByOid } from '../../catalog/collations.ts'
import type { Dependency, TypeObject } from '../../catalog/objects.ts'
import { FIRST_NORMAL_OID } from '../../catalog/snapshot.ts'
import { definedType, type TypeFacts } from '../../catalog/types.ts'
import { duplicateObject } from '../../errors/raise/definitions.ts'
import { type Node, namesOf } from '../../sql/ast.ts'
import { arrayTypeOf } from '../../types/array.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { aclOfNew } from './default-privileges.ts'
import { type DefinitionContext, creationTarget, truncateName } from './context.ts'

/** What is particular to a new type. */
export type NewType = Omit<TypeFacts, 'oid' | 'arrayOid' | 'relation' | 'labels'> &
  Partial<Pick<TypeFacts, 'oid' | 'arrayOid' | 'labels' | 'relation'>> & { readonly depends?: readonly Dependency[] }

/** Schema and name of a type that is about to be made. Throws 42710 when the name is taken. */
export const newTypeName = (
  context: DefinitionContext,
  nodes: readonly Node[] | undefined,
): { readonly schema: number; readonly name: string } => {
  const names = namesOf(nodes)
  const name = truncateName(names.at(-1) as string)
  const schema = creationTarget(context, names.length > 1 ? names.at(-2) : undefined).oid
  if (context.catalog.snapshot.isTypeName(schema, name)) throw duplicateObject('type', name)
  return { schema, name }
}

export const storeType = (context: DefinitionContext, facts: NewType): TypeObject => {
  const { catalog } = context
  const { depends = [], ...given } = facts
  const complete: TypeFacts = {
    relation: 0,
    labels: null,
    ...given,
    oid: given.oid ?? catalog.allocateOid(),
    arrayOid: given.arrayOid ?? catalog.allocateOid(),
  }
  const object = typeObject(context, complete, {
    owner: context.owner,
    comment: null,
    acl: aclOfNew(context, 'T', complete.schema),
    depends: [...depends, ...dependencies(context, complete)],
  })
  catalog.put(object)
  return object
}

/** The object of a type as its facts say. */
const typeObject = (
  context: DefinitionContext,
  { arrayOid, relation, ...facts }: TypeFacts,
  rest: Pick<TypeObject, 'owner' | 'comment' | 'acl' | 'depends'>,
): TypeObject => {
  const type = definedType(
    { ...facts, arrayOid, relation },
    {
      typeOf: (oid) => context.catalog.snapshot.typeOf(oid),
      relation: (oid) => context.catalog.snapshot.relation(oid),
      collation: (oid) => collationByOid(context.catalog.snapshot, oid),
    },
  )
  return { class: 'type', ...facts, ...rest, type, arrayType: arrayTypeOf(type) }
}

/** A type needs the types that it is made of. */
const dependencies = (context: DefinitionContext, { range, domain }: TypeFacts): Dependency[] => {
  const oid = range?.subtype ?? domain?.base ?? 0
  const collation = domain?.collation ?? range?.collation ?? 0
  return [
    ...(oid === 0 ? [] : typeDependency(context, context.catalog.snapshot.typeOf(oid))),
    ...(collation < FIRST_NORMAL_OID ? [] : [{ oid: collation, attnum: 0, kind: 'normal' } as const]),
  ]
}

/** The dependency of a column, an argument, … on its type; none on built-in ones. */
export const typeDependency = (context: DefinitionContext, type: SqlType): Dependency[] => {
  if (type.namespace === PG_CATALOG) return []
  const owner = context.catalog.snapshot.typeObject(type.oid) ?? null
  const oid = owner === null ? (type.element?.oid ?? type.oid) : type.oid
  return [{ oid, attnum: 0, kind: 'normal' }]
}
