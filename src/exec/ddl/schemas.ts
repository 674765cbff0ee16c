/** CREATE SCHEMA. */
import type { SchemaObject } from '../../catalog/objects.ts'
import { requirePrivilege } from '../../catalog/privileges/check.ts'
import { isMemberOf } from '../../catalog/privileges/membership.ts'
import { securable } from '../../catalog/privileges/objects.ts'
import { mustBeMemberOf } from '../../errors/raise/privileges.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { aclOfNew } from './default-privileges.ts'
import { roleOf } from './role-names.ts'
import {
  differentSchema,
  duplicateSchema,
  reservedSchemaName,
  temporaryElsewhere,
} from '../../errors/raise/definitions.ts'
import { bodyOf, tagOf, type CreateSchemaStmt, type Node } from '../../sql/ast.ts'
import { noticeOf, truncateName, type DefinitionContext } from './context.ts'

/** Answers the new schema's name; null: it is there already. */
export const createSchema = (context: DefinitionContext, node: CreateSchemaStmt): string | null => {
  const role = node.authrole === undefined ? null : roleOf(context, node.authrole)
  const name = truncateName(node.schemaname ?? role?.name ?? context.ownerName)
  requireDatabaseCreate(context)
  if (role !== null && !isMemberOf(context.catalog.snapshot, context.owner, role.oid)) throw mustBeMemberOf(role.name)
  if (name.startsWith('pg_')) throw reservedSchemaName(name)
  if (context.catalog.snapshot.schemaByName(name) !== null) {
    if (!node.if_not_exists) throw duplicateSchema(name)
    noticeOf(context, `schema "${name}" already exists, skipping`)
    return null
  }
  const owner = role?.oid ?? context.owner
  storeSchema(context, name, owner, aclOfNew({ catalog: context.catalog, owner }, 'n', 0))
  return name
}

/** Throws 42501 where the acting role may not make schemas in the database. */
export const requireDatabaseCreate = ({
  catalog: { snapshot },
  owner,
}: Pick<DefinitionContext, 'catalog' | 'owner'>) => {
  const database = snapshot.objects.get(snapshot.database)
  if (database !== undefined) requirePrivilege(snapshot, owner, securable(snapshot, database), PRIVILEGE.CREATE)
}

/** Kinds of elements in the order in which they are made, whatever order they are written in. */
const ELEMENTS = ['CreateSeqStmt', 'CreateStmt', 'ViewStmt', 'IndexStmt', 'CreateTrigStmt', 'GrantStmt'] as const

/** The elements of a new schema in the order in which they can be made. Throws 42P15 for one that names another schema. */
export const schemaElements = (schema: string, nodes: readonly Node[]): Node[] => {
  for (const node of nodes) {
    const other = rangeOf(node)?.schemaname
    if (other !== undefined && other !== schema) throw differentSchema(other, schema)
  }
  const view = nodes.map((node) => bodyOf(node, 'ViewStmt')?.view).find((range) => range?.relpersistence === 't')
  if (view !== undefined) throw temporaryElsewhere(undefined)
  const rank = (node: Node): number => (ELEMENTS as readonly string[]).indexOf(tagOf(node))
  return nodes.toSorted((a, b) => rank(a) - rank(b))
}

/** What an element names, which is then in the new schema. */
const rangeOf = (node: Node) =>
  bodyOf(node, 'CreateSeqStmt')?.sequence ??
  bodyOf(node, 'CreateStmt')?.relation ??
  bodyOf(node, 'ViewStmt')?.view ??
  bodyOf(node, 'IndexStmt')?.relation ??
  bodyOf(node, 'CreateTrigStmt')?.relation

export const storeSchema = (
  context: Pick<DefinitionContext, 'catalog'>,
  name: string,
  owner: number,
  acl: SchemaObject['acl'] = null,
): SchemaObject => {
  const schema: SchemaObject = {
    class: 'schema',
    oid: context.catalog.allocateOid(),
    name,
    owner,
    comment: null,
    acl,
    depends: [],
  }
  context.catalog.put(schema)
  return schema
}
