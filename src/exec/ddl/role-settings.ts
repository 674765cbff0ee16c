/** ALTER ROLE … SET, ALTER DATABASE … SET: the settings that sessions begin with. */
import type { RoleSettingObject } from '../../catalog/objects.ts'
import { noSuchDatabase, notPermitted, reservedRoleName } from '../../errors/raise/privileges.ts'
import { requireOwner } from '../../catalog/privileges/check.ts'
import type { AlterDatabaseSetStmt, AlterRoleSetStmt, VariableSetStmt } from '../../sql/ast.ts'
import type { DefinitionContext } from './context.ts'
import { isReservedRoleName, roleOf } from './role-names.ts'

/** A setting and its new value; null value: as before; null name: all settings. */
export interface SettingChange {
  readonly name: string | null
  readonly value: string | null
}

/** Reads SET and RESET, with the value checked, FROM CURRENT included. */
export type ReadSetting = (node: VariableSetStmt) => SettingChange

export const alterRoleSettings = (context: DefinitionContext, node: AlterRoleSetStmt, read: ReadSetting): void => {
  const { snapshot } = context.catalog
  const acting = snapshot.role(context.owner)
  const role = node.role === undefined ? null : roleOf(context, node.role)
  const database = node.database === undefined ? 0 : databaseNamed(context, node.database).oid
  if (role === null) {
    if (database === 0 && acting?.superuser !== true) {
      throw notPermitted('must be superuser to alter settings globally')
    }
    if (database !== 0) requireOwner(snapshot, context.owner, databaseNamed(context, node.database ?? ''), 'database')
  } else {
    if (isReservedRoleName(role.name)) throw reservedRoleName(role.name, 'Cannot alter reserved roles.')
    if (role.superuser && acting?.superuser !== true) throw notPermitted('must be superuser to alter superusers')
    const isOwn = role.oid === context.owner
    if (!isOwn && acting?.superuser !== true && acting?.createRole !== true) throw notPermitted('permission denied')
  }
  change(context, role?.oid ?? 0, database, read(node.setstmt ?? {}))
}

export const alterDatabaseSettings = (
  context: DefinitionContext,
  node: AlterDatabaseSetStmt,
  read: ReadSetting,
): void => {
  const database = databaseNamed(context, node.dbname ?? '')
  requireOwner(context.catalog.snapshot, context.owner, database, 'database')
  change(context, 0, database.oid, read(node.setstmt ?? {}))
}

const databaseNamed = (context: DefinitionContext, name: string) => {
  const found = context.catalog.snapshot.databaseByName(name)
  if (found === null) throw noSuchDatabase(name)
  return found
}

const change = (
  { catalog }: DefinitionContext,
  role: number,
  database: number,
  { name, value }: SettingChange,
): void => {
  const known = Array.from(catalog.snapshot.all('role setting')).find((s) => s.role === role && s.database === database)
  const isOther = (setting: string): boolean => name !== null && !setting.startsWith(`${name}=`)
  const kept = (known?.settings ?? []).filter(isOther)
  const at = known?.settings.findIndex((setting) => !isOther(setting)) ?? -1
  const settings = [...kept]
  if (name !== null && value !== null) settings.splice(at < 0 ? kept.length : at, 0, `${name}=${value}`)
  if (settings.length === 0) {
    if (known !== undefined) catalog.remove(known.oid)
    return
  }
  const record: RoleSettingObject = {
    class: 'role setting',
    oid: known?.oid ?? catalog.allocateOid(),
    name: '',
    owner: 0,
    comment: null,
    acl: null,
    depends: [],
    role,
    database,
    settings,
  }
  catalog.put(record)
}
