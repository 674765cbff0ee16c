/** CREATE SCHEMA. */
import type { SchemaObject } from '../../catalog/objects.ts'
import { duplicateSchema, notSupported } from '../../errors/raise/definitions.ts'
import type { CreateSchemaStmt } from '../../sql/ast.ts'
import { noticeOf, truncateName, type DefinitionContext } from './context.ts'

export const createSchema = (context: DefinitionContext, node: CreateSchemaStmt): void => {
  const owner = node.authrole?.rolename
  const name = truncateName(node.schemaname ?? owner ?? context.ownerName)
  const role = owner === undefined ? null : context.catalog.snapshot.roleByName(owner)
  if (context.catalog.snapshot.schemaByName(name) !== null) {
    if (!node.if_not_exists) throw duplicateSchema(name)
    noticeOf(context, `schema "${name}" already exists, skipping`)
    return
  }
  if ((node.schemaElts?.length ?? 0) > 0) throw notSupported('CREATE SCHEMA with schema elements is not supported')
  storeSchema(context, name, role?.oid ?? context.owner)
}

export const storeSchema = (context: Pick<DefinitionContext, 'catalog'>, name: string, owner: number): SchemaObject => {
  const schema: SchemaObject = {
    class: 'schema',
    oid: context.catalog.allocateOid(),
    name,
    owner,
    comment: null,
    acl: null,
    depends: [],
  }
  context.catalog.put(schema)
  return schema
}
