/** CREATE DATABASE, and what DROP DATABASE names. */
import type { DatabaseObject } from '../../catalog/objects.ts'
import { duplicateDatabase, notSupported, undefinedNamed } from '../../errors/raise/definitions.ts'
import { bodyOf, type CreatedbStmt, type DropdbStmt, type Node } from '../../sql/ast.ts'
import { permissionDeniedTo } from '../../errors/raise/privileges.ts'
import { requireOwnerOf } from './permissions.ts'
import { noticeOf, truncateName, type DefinitionContext } from './context.ts'

const optionText = (nodes: readonly Node[] | undefined, name: string): string | undefined => {
  const found = (nodes ?? []).map((n) => bodyOf(n, 'DefElem')).find((o) => o?.defname === name)
  return found?.arg === undefined ? undefined : bodyOf(found.arg, 'String')?.sval
}

export const createDatabase = (context: DefinitionContext, node: CreatedbStmt): void => {
  const name = truncateName(node.dbname as string)
  const { snapshot } = context.catalog
  const acting = snapshot.role(context.owner)
  if (acting?.superuser !== true && acting?.createDatabase !== true) throw permissionDeniedTo('create database')
  if (snapshot.databaseByName(name) !== null) throw duplicateDatabase(name)
  const template = optionText(node.options, 'template') ?? 'template1'
  const source = snapshot.databaseByName(template)
  if (source === null) throw undefinedNamed('template database', template)
  if (!source.template) throw notSupported('copying a database that is not a template is not supported')
  const ownerName = optionText(node.options, 'owner')
  const owner = ownerName === undefined ? null : snapshot.roleByName(ownerName)
  if (ownerName !== undefined && owner === null) throw undefinedNamed('role', ownerName)
  const database: DatabaseObject = {
    class: 'database',
    oid: context.catalog.allocateOid(),
    name,
    owner: owner?.oid ?? context.owner,
    comment: null,
    acl: null,
    depends: [],
    template: false,
    allowConnections: true,
  }
  context.catalog.put(database)
  context.catalog.initialiseDatabase(database.oid)
}

/** Answers the database that goes, or null when there is none of that name. */
export const findDatabase = (context: DefinitionContext, node: DropdbStmt): DatabaseObject | null => {
  const name = node.dbname as string
  const database = context.catalog.snapshot.databaseByName(name)
  if (database !== null) {
    requireOwnerOf(context, database)
    return database
  }
  if (!node.missing_ok) throw undefinedNamed('database', name)
  noticeOf(context, `database "${name}" does not exist, skipping`)
  return null
}
