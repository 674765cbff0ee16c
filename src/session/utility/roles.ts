/** Statements about roles and privileges. */
import { noLabelProvider } from '../../errors/raise/privileges.ts'
import { alterPolicy, createPolicy } from '../../exec/ddl/policies.ts'
import { alterDefaultPrivileges } from '../../exec/ddl/default-privileges.ts'
import { grantStatement } from '../../exec/ddl/grant.ts'
import { dropOwned, reassignOwned } from '../../exec/ddl/owned.ts'
import { grantRoles } from '../../exec/ddl/role-membership.ts'
import { alterDatabaseSettings, alterRoleSettings, type ReadSetting } from '../../exec/ddl/role-settings.ts'
import { alterRole, createRole, dropRoles } from '../../exec/ddl/roles.ts'
import type { SessionCore } from '../core.ts'
import { define } from './definitions.ts'
import { lockDefined, lockName } from './definition-locks.ts'
import type { UtilityHandlers } from './handler.ts'
import { settingValue } from './settings.ts'

/** Oid of pg_authid. */
const PG_AUTHID = 1260

const readSetting =
  (core: SessionCore): ReadSetting =>
  (node) => {
    const name = node.name?.toLowerCase() ?? null
    if (node.kind === 'VAR_RESET_ALL' || name === null) return { name: null, value: null }
    const record = core.settings.record(name)
    if (node.kind === 'VAR_RESET' || node.kind === 'VAR_SET_DEFAULT') return { name: record.name, value: null }
    const value = node.kind === 'VAR_SET_CURRENT' ? core.settings.show(name) : settingValue(core, name, node.args ?? [])
    core.settings.validate(name, value, core.role.superuser)
    return { name: record.name, value }
  }

export const roleHandlers: UtilityHandlers = {
  CreateRoleStmt: (core, node) =>
    define(
      core,
      'CREATE ROLE',
      (context) => createRole(context, node),
      () => lockName(core, PG_AUTHID, node.role ?? ''),
    ),
  AlterRoleStmt: (core, node) => define(core, 'ALTER ROLE', (context) => alterRole(context, node)),
  AlterRoleSetStmt: (core, node) =>
    define(core, 'ALTER ROLE', (context) => alterRoleSettings(context, node, readSetting(core))),
  AlterDatabaseSetStmt: (core, node) =>
    define(core, 'ALTER DATABASE', (context) => alterDatabaseSettings(context, node, readSetting(core))),
  DropRoleStmt: (core, node) => define(core, 'DROP ROLE', (context) => dropRoles(context, node)),
  GrantRoleStmt: (core, node) =>
    define(core, node.is_grant ? 'GRANT ROLE' : 'REVOKE ROLE', (context) => grantRoles(context, node)),
  GrantStmt: (core, node) =>
    define(core, node.is_grant ? 'GRANT' : 'REVOKE', (context) => grantStatement(context, node)),
  AlterDefaultPrivilegesStmt: (core, node) =>
    define(core, 'ALTER DEFAULT PRIVILEGES', (context) => alterDefaultPrivileges(context, node)),
  CreatePolicyStmt: (core, node) =>
    define(
      core,
      'CREATE POLICY',
      (context) => createPolicy(context, node),
      () => lockDefined(core, node.table, 'accessExclusive'),
    ),
  AlterPolicyStmt: (core, node) =>
    define(
      core,
      'ALTER POLICY',
      (context) => alterPolicy(context, node),
      () => lockDefined(core, node.table, 'accessExclusive'),
    ),
  // No provider of labels can be loaded.
  SecLabelStmt: (_core, { provider }) => {
    throw noLabelProvider(provider)
  },
  ReassignOwnedStmt: (core, node) => define(core, 'REASSIGN OWNED', (context) => reassignOwned(context, node)),
  DropOwnedStmt: (core, node) => define(core, 'DROP OWNED', (context) => dropOwned(context, node)),
}
