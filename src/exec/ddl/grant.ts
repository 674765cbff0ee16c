/** GRANT and REVOKE of privileges on objects. */
import { namedRelation } from '../../analyze/from.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import type { FunctionObject, RelationObject, SchemaObject } from '../../catalog/objects.ts'
import { type Acl, type AclKind, allPrivileges } from '../../catalog/privileges/acl.ts'
import { requireSchema } from '../../catalog/privileges/check.ts'
import {
  CATALOG,
  securable,
  type Securable,
  securableBuiltin,
  securableFunction,
  securableType,
} from '../../catalog/privileges/objects.ts'
import { languageNamed } from '../../catalog/system/pg-language.ts'
import { tablespaceNamed } from '../../catalog/system/pg-database.ts'
import {
  grantorMustBeCurrent,
  invalidGrant,
  noSuchDatabase,
  noSuchNamed,
  noSuchSchema,
  wrongGrantTarget,
} from '../../errors/raise/privileges.ts'
import { notSupported } from '../../errors/raise/definitions.ts'
import { bodyOf, listItems, type GrantStmt, type Node, type RangeVar, type TypeName } from '../../sql/ast.ts'
import type { DefinitionContext } from './context.ts'
import { requireAnyRoutine, ROUTINE_WORDS } from './find-function.ts'
import { type Grant, grantedAcl, plainNames, readGrant, targetOf } from './grant-parts.ts'
import { grantOnRelation } from './grant-relations.ts'
import { storeBuiltinAcl } from './builtin-acl.ts'
import { granteeOf, roleOf, roleSpecs } from './role-names.ts'

/** An object and how its new list is kept. */
interface Granted {
  readonly object: Securable
  readonly keep: (acl: Acl) => void
}

interface KindFacts {
  /** How errors call it. */
  readonly kind: string
  readonly acl: AclKind
  readonly find: (context: DefinitionContext, node: Node, objtype: string) => Granted
}

const put = <T extends SchemaObject | FunctionObject>(context: DefinitionContext, object: T): Granted => ({
  object: securable(context.catalog.snapshot, object) as Securable,
  keep: (acl) => context.catalog.put({ ...object, acl }),
})

const nameIn = (node: Node): string => bodyOf(node, 'String')?.sval ?? ''

const database: KindFacts['find'] = (context, node) => {
  const found = context.catalog.snapshot.databaseByName(nameIn(node))
  if (found === null) throw noSuchDatabase(nameIn(node))
  return {
    object: securable(context.catalog.snapshot, found) as Securable,
    keep: (acl) => context.catalog.put({ ...found, acl }),
  }
}

const schemaNamed = (context: DefinitionContext, name: string): SchemaObject => {
  const found = context.catalog.snapshot.schemaByName(name)
  if (found === null) throw noSuchSchema(name)
  return found
}

const routine: KindFacts['find'] = (context, node, objtype) => {
  const found = requireAnyRoutine(context, node, ROUTINE_WORDS[objtype] ?? 'routine')
  const own = context.catalog.snapshot.function(found)
  if (own !== null) return put(context, own)
  const object = securableFunction(context.catalog.snapshot, found) as Securable
  return { object, keep: (acl) => storeBuiltinAcl(context, CATALOG.function, found, acl) }
}

const type: KindFacts['find'] = (context, node, objtype) => {
  const { snapshot } = context.catalog
  const name = bodyOf(node, 'TypeName') ?? ({ names: listItems(node) } as TypeName)
  const { type: found } = resolveTypeName({ catalog: snapshot, searchPath: context.searchPath }, name)
  if (found.category === 'A' && found.element !== null) {
    throw invalidGrant('cannot set privileges of array types').with({
      hint: 'Set the privileges of the element type instead.',
    })
  }
  if (found.kind === 'm') {
    throw invalidGrant('cannot set privileges of multirange types').with({
      hint: 'Set the privileges of the range type instead.',
    })
  }
  if (objtype === 'OBJECT_DOMAIN' && found.kind !== 'd') throw wrongGrantTarget(`"${found.name}" is not a domain`)
  const own = snapshot.typeObject(found.oid)
  const object = { ...(securableType(snapshot, found.oid) as Securable), name: found.name }
  return {
    object,
    keep: (acl) =>
      own === null
        ? storeBuiltinAcl(context, CATALOG.type, found.oid, acl)
        : context.catalog.put({ ...(context.catalog.snapshot.typeObject(found.oid) ?? own), acl }),
  }
}

const language: KindFacts['find'] = (context, node) => {
  const found = languageNamed(nameIn(node))
  if (found === undefined) throw noSuchNamed('language', nameIn(node))
  if (!found.trusted) {
    throw wrongGrantTarget(`language "${found.name}" is not trusted`, {
      detail:
        'GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use untrusted languages.',
    })
  }
  return {
    object: securableBuiltin(context.catalog.snapshot, 'language', found.oid, found.name),
    keep: (acl) => storeBuiltinAcl(context, CATALOG.language, found.oid, acl),
  }
}

const tablespace: KindFacts['find'] = (context, node) => {
  const found = tablespaceNamed(nameIn(node))
  if (found === undefined) throw noSuchNamed('tablespace', nameIn(node))
  return {
    object: securableBuiltin(context.catalog.snapshot, 'tablespace', found.oid, found.name),
    keep: (acl) => storeBuiltinAcl(context, CATALOG.tablespace, found.oid, acl),
  }
}

const missing =
  (what: string): KindFacts['find'] =>
  (_context, node) => {
    throw noSuchNamed(what, nameIn(node))
  }

const routineKind = (kind: string): KindFacts => ({ kind, acl: 'f', find: routine })

const KINDS: Readonly<Record<string, KindFacts>> = {
  OBJECT_DATABASE: { kind: 'database', acl: 'd', find: database },
  OBJECT_SCHEMA: {
    kind: 'schema',
    acl: 'n',
    find: (context, node) => put(context, schemaNamed(context, nameIn(node))),
  },
  OBJECT_FUNCTION: routineKind('function'),
  OBJECT_PROCEDURE: routineKind('procedure'),
  OBJECT_ROUTINE: routineKind('routine'),
  OBJECT_TYPE: { kind: 'type', acl: 'T', find: type },
  OBJECT_DOMAIN: { kind: 'domain', acl: 'T', find: type },
  OBJECT_LANGUAGE: { kind: 'language', acl: 'l', find: language },
  OBJECT_TABLESPACE: { kind: 'tablespace', acl: 't', find: tablespace },
  OBJECT_FDW: { kind: 'foreign-data wrapper', acl: 'F', find: missing('foreign-data wrapper') },
  OBJECT_FOREIGN_SERVER: { kind: 'foreign server', acl: 'S', find: missing('server') },
}

/** Kinds of relations that ALL TABLES IN SCHEMA means, and the kinds of functions of the other words. */
const ALL_TABLES = 'rpvm'
const ALL_ROUTINES: Readonly<Record<string, readonly FunctionObject['kind'][]>> = {
  OBJECT_FUNCTION: ['function', 'aggregate', 'window'],
  OBJECT_PROCEDURE: ['procedure'],
  OBJECT_ROUTINE: ['function', 'aggregate', 'window', 'procedure'],
}

export const grantStatement = (context: DefinitionContext, node: GrantStmt): void => {
  if (node.grantor !== undefined && roleOf(context, node.grantor).oid !== context.owner) throw grantorMustBeCurrent()
  const objtype = node.objtype ?? ''
  if (objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_SEQUENCE') {
    const relations = relationsOf(context, node)
    const isTable = objtype === 'OBJECT_TABLE'
    const grant = readGrant(node, granteesOf(context, node), {
      kind: isTable ? 'relation' : 'sequence',
      all: isTable ? allPrivileges('r') | allPrivileges('s') : allPrivileges('s'),
      columns: isTable,
    })
    for (const { oid } of relations) grantOnRelation(context, oid, grant, isTable)
    return
  }
  const facts = KINDS[objtype]
  if (facts === undefined) {
    throw notSupported(`GRANT on ${objtype.replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase()} is not supported`)
  }
  const find = (): Granted[] =>
    node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA'
      ? routinesIn(context, node, ALL_ROUTINES[objtype] ?? []).map((found) => put(context, found))
      : (node.objects ?? []).map((object) => facts.find(context, object, objtype))
  const found = find()
  const all = allPrivileges(facts.acl)
  const grant = readGrant(node, granteesOf(context, node), { kind: facts.kind, all, columns: false })
  for (const { object, keep } of found) keep(changed(context, object, grant, all))
}

const changed = (context: DefinitionContext, object: Securable, grant: Grant, all: number): Acl =>
  grantedAcl(context, targetOf(context, object), grant, grant.privileges ?? all)

export const granteesOf = (context: DefinitionContext, node: GrantStmt): number[] =>
  roleSpecs(node.grantees).map((spec) => granteeOf(context, spec))

const schemasOf = (context: DefinitionContext, node: GrantStmt): SchemaObject[] =>
  plainNames(node.objects).map((name) => {
    const schema = schemaNamed(context, name)
    requireSchema(context.catalog.snapshot, context.owner, schema)
    return schema
  })

const relationsOf = (context: DefinitionContext, node: GrantStmt): RelationObject[] => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  if (node.targtype !== 'ACL_TARGET_ALL_IN_SCHEMA') {
    return (node.objects ?? []).map((object) => namedRelation(scope, bodyOf(object, 'RangeVar') as RangeVar))
  }
  const kinds = node.objtype === 'OBJECT_SEQUENCE' ? 'S' : ALL_TABLES
  const schemas = new Set(schemasOf(context, node).map(({ oid }) => oid))
  return Array.from(context.catalog.snapshot.all('relation')).filter(
    ({ schema, kind }) => schemas.has(schema) && kinds.includes(kind),
  )
}

const routinesIn = (
  context: DefinitionContext,
  node: GrantStmt,
  kinds: readonly FunctionObject['kind'][],
): FunctionObject[] => {
  const schemas = new Set(schemasOf(context, node).map(({ oid }) => oid))
  return Array.from(context.catalog.snapshot.all('function')).filter(
    ({ schema, kind }) => schemas.has(schema) && kinds.includes(kind),
  )
}
