/** What roles and privileges refuse. */
import { LocatedError } from './analysis.ts'
import { SqlError, type ErrorFields } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const denied = (message: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, message, fields)

const grantOperation = (message: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.invalid_grant_operation, message, fields)

/** Where a privilege is missing: `kind` is the word for the object, `table`, `schema` … */
export const permissionDenied = (kind: string, name: string): SqlError =>
  denied(`permission denied for ${kind} ${name}`)

/** The same of a schema that is named somewhere. */
export const schemaDenied = (name: string, location: number | undefined): SqlError =>
  new LocatedError(SQL_STATE.insufficient_privilege, `permission denied for schema ${name}`, location)

/** Where only the owner may act. */
export const mustBeOwner = (kind: string, name: string): SqlError => denied(`must be owner of ${kind} ${name}`)

/** What only some roles may do, as the whole message says. */
export const notPermitted = (message: string, fields?: ErrorFields): SqlError => denied(message, fields)

export const permissionDeniedTo = (what: string): SqlError => denied(`permission denied to ${what}`)

export const mustBeMemberOf = (role: string): SqlError => denied(`must be member of role "${role}"`)

export const mustHaveAdminOption = (role: string): SqlError => denied(`must have admin option on role "${role}"`)

export const noSuchRole = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `role "${name}" does not exist`)

export const noSuchNamed = (kind: string, name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `${kind} "${name}" does not exist`)

export const noSuchSchema = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_schema_name, `schema "${name}" does not exist`)

export const reservedRoleName = (name: string, detail?: string): SqlError =>
  new SqlError(SQL_STATE.reserved_name, `role name "${name}" is reserved`, detail === undefined ? {} : { detail })

export const roleExists = (name: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `role "${name}" already exists`)

export const roleInUse = (message: string): SqlError => new SqlError(SQL_STATE.object_in_use, message)

/** DROP ROLE of a role that objects depend on. */
export const dependentOnRole = (role: string, detail: string): SqlError =>
  new SqlError(
    SQL_STATE.dependent_objects_still_exist,
    `role "${role}" cannot be dropped because some objects depend on it`,
    {
      detail,
    },
  )

export const requiredRoleObjects = (what: string, role: string): SqlError =>
  new SqlError(
    SQL_STATE.dependent_objects_still_exist,
    `cannot ${what} owned by role ${role} because they are required by the database system`,
  )

/** GRANT, REVOKE and ALTER DEFAULT PRIVILEGES of what an object of the kind does not have. */
export const invalidPrivilege = (privilege: string, kind: string): SqlError =>
  grantOperation(`invalid privilege type ${privilege} for ${kind}`)

export const invalidGrant = (message: string): SqlError => grantOperation(message)

export const unknownPrivilege = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `unrecognized privilege type: "${name}"`)

export const unknownPrivilegeWord = (name: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `unrecognized privilege type "${name}"`)

export const dependentPrivileges = (): SqlError =>
  new SqlError(SQL_STATE.dependent_objects_still_exist, 'dependent privileges exist', {
    hint: 'Use CASCADE to revoke them too.',
  })

export const circularGrant = (): SqlError => grantOperation('grant options cannot be granted back to your own grantor')

export const circularMembership = (message: string): SqlError => grantOperation(message)

/** The text of an aclitem that is none. */
export const invalidAclItem = (message: string, fields?: ErrorFields): SqlError =>
  new SqlError(SQL_STATE.invalid_text_representation, message, fields)

export const unknownObjectKind = (letter: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `unrecognized object type abbreviation: ${letter}`)

/** A row that a policy does not let in; `policy` null: no single one is to blame. `target`: which row, and `using`: by USING. */
export const policyViolated = (
  table: string,
  policy: string | null,
  target: 'new' | 'target' = 'new',
  using = target === 'target',
): SqlError => {
  const which = policy === null ? '' : ` "${policy}"`
  const what = using ? ' (USING expression)' : ''
  return denied(`${target} row violates row-level security policy${which}${what} for table "${table}"`)
}

export const affectedByRowSecurity = (table: string, owns: boolean): SqlError =>
  denied(
    `query would be affected by row-level security policy for table "${table}"`,
    owns
      ? { hint: "To disable the policy for the table's owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY." }
      : undefined,
  )

export const policyRecursion = (table: string): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, `infinite recursion detected in policy for relation "${table}"`)

export const policyExists = (policy: string, table: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `policy "${policy}" for table "${table}" already exists`)

export const noSuchPolicy = (policy: string, table: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `policy "${policy}" for table "${table}" does not exist`)

export const wrongPolicyClause = (message: string): SqlError => new SqlError(SQL_STATE.syntax_error, message)

export const tooManyConnections = (role: string): SqlError =>
  new SqlError(SQL_STATE.too_many_connections, `too many connections for role "${role}"`, { severity: 'FATAL' })

export const connectDenied = (database: string): SqlError =>
  denied(`permission denied for database "${database}"`, {
    severity: 'FATAL',
    detail: 'User does not have CONNECT privilege.',
  })

export const deprecatedFunction = (name: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `${name} is no longer supported`)

export const notThatSequence = (name: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `"${name}" is not a sequence`)

export const invalidConnectionLimit = (limit: number): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid connection limit: ${limit}`)

export const specialRoleDropped = (): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, 'cannot use special role specifier in DROP ROLE')

export const renamesOwnUser = (message: string): SqlError => new SqlError(SQL_STATE.feature_not_supported, message)

export const columnsOfRoles = (): SqlError => grantOperation('column names cannot be included in GRANT/REVOKE ROLE')

/** The role whose members follow from who owns the database. */
export const fixedMembership = (message: string): SqlError => new SqlError(SQL_STATE.internal_error, message)

export const grantorMustBeCurrent = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'grantor must be current user')

export const wrongGrantTarget = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, message, fields)

export const columnDenied = (column: string, relation: string): SqlError =>
  denied(`permission denied for column "${column}" of relation "${relation}"`)

export const noSuchDatabase = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_catalog_name, `database "${name}" does not exist`)

/** A warning. */
export const ownerOfIndex = (index: string, table: string): SqlError =>
  new SqlError(SQL_STATE.wrong_object_type, `cannot change owner of index "${index}"`, {
    hint: `Change the ownership of the index's table instead.`,
    table,
  })

export const ownerOfOwnedSequence = (sequence: string, table: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `cannot change owner of sequence "${sequence}"`, {
    detail: `Sequence "${sequence}" is linked to table "${table}".`,
  })

export const copyIntoSecured = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'COPY FROM not supported with row-level security', {
    hint: 'Use INSERT statements instead.',
  })

export const noLabelProvider = (provider: string | undefined): SqlError =>
  new SqlError(
    SQL_STATE.invalid_parameter_value,
    provider === undefined || provider === ''
      ? 'no security label providers have been loaded'
      : `security label provider "${provider}" is not loaded`,
  )
