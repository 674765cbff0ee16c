/** Databases and roles: objects that all databases share. */
import type { DatabaseObject, RoleObject } from '../../catalog/objects.ts'
import { duplicateDatabase, duplicateObject, notSupported, undefinedNamed } from '../../errors/raise/definitions.ts'
import {
  bodyOf,
  type AlterRoleStmt,
  type CreatedbStmt,
  type CreateRoleStmt,
  type DropdbStmt,
  type DropRoleStmt,
  type Node,
} from '../../sql/ast.ts'
import { noticeOf, truncateName, type DefinitionContext } from './context.ts'

const optionText = (nodes: readonly Node[] | undefined, name: string): string | undefined => {
  const found = (nodes ?? []).map((n) => bodyOf(n, 'DefElem')).find((o) => o?.defname === name)
  return found?.arg === undefined ? undefined : bodyOf(found.arg, 'String')?.sval
}

export const createDatabase = (context: DefinitionContext, node: CreatedbStmt): void => {
  const name = truncateName(node.dbname as string)
  const { snapshot } = context.catalog
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
  if (database !== null) return database
  if (!node.missing_ok) throw undefinedNamed('database', name)
  noticeOf(context, `database "${name}" does not exist, skipping`)
  return null
}

type RoleChanges = { -readonly [K in keyof RoleObject]?: RoleObject[K] }

const FLAGS: Readonly<Record<string, keyof RoleObject>> = {
  superuser: 'superuser',
  inherit: 'inherit',
  createrole: 'createRole',
  createdb: 'createDatabase',
  canlogin: 'login',
  isreplication: 'replication',
  bypassrls: 'bypassRls',
}

const roleChanges = (context: DefinitionContext, nodes: readonly Node[]): RoleChanges => {
  const changes: RoleChanges = {}
  for (const node of nodes) {
    const { defname = '', arg } = bodyOf(node, 'DefElem') ?? {}
    const flag = FLAGS[defname]
    if (flag !== undefined)
      Object.assign(changes, { [flag]: arg === undefined ? true : (bodyOf(arg, 'Boolean')?.boolval ?? false) })
    else if (defname === 'password') changes.password = arg === undefined ? null : (bodyOf(arg, 'String')?.sval ?? null)
    else if (defname === 'connectionlimit' && arg !== undefined)
      changes.connectionLimit = bodyOf(arg, 'Integer')?.ival ?? 0
    else if (defname === 'addroleto' && arg !== undefined) {
      const names = (bodyOf(arg, 'List')?.items ?? []).map((n) => bodyOf(n, 'RoleSpec')?.rolename as string)
      changes.memberOf = names.map((name) => roleNamed(context, name).oid)
    }
  }
  return changes
}

const roleNamed = (context: DefinitionContext, name: string): RoleObject => {
  const role = context.catalog.snapshot.roleByName(name)
  if (role === null) throw undefinedNamed('role', name)
  return role
}

export const createRole = (context: DefinitionContext, node: CreateRoleStmt): void => {
  const name = truncateName(node.role as string)
  if (context.catalog.snapshot.roleByName(name) !== null) throw duplicateObject('role', name)
  const role: RoleObject = {
    class: 'role',
    oid: context.catalog.allocateOid(),
    name,
    owner: context.owner,
    comment: null,
    acl: null,
    depends: [],
    superuser: false,
    inherit: true,
    createRole: false,
    createDatabase: false,
    login: node.stmt_type === 'ROLESTMT_USER',
    replication: false,
    bypassRls: false,
    connectionLimit: -1,
    password: null,
    validUntil: null,
    memberOf: [],
    ...roleChanges(context, node.options ?? []),
  }
  context.catalog.put(role)
}

export const alterRole = (context: DefinitionContext, node: AlterRoleStmt): void => {
  const role = roleNamed(context, node.role?.rolename ?? context.ownerName)
  context.catalog.put({ ...role, ...roleChanges(context, node.options ?? []) })
}

export const dropRoles = (context: DefinitionContext, node: DropRoleStmt): void => {
  for (const n of node.roles ?? []) {
    const name = bodyOf(n, 'RoleSpec')?.rolename as string
    const role = context.catalog.snapshot.roleByName(name)
    if (role !== null) context.catalog.remove(role.oid)
    else if (!node.missing_ok) throw undefinedNamed('role', name)
    else noticeOf(context, `role "${name}" does not exist, skipping`)
  }
}
