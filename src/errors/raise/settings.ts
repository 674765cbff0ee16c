/** Errors of SET, RESET, SHOW and of the server's own configuration. */
import { SqlError } from '../sql-error.ts'
import type { ErrorFields } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

export const unrecognizedSetting = (name: string): SqlError =>
  new SqlError(SQL_STATE.undefined_object, `unrecognized configuration parameter "${name}"`)

export const invalidSettingValue = (name: string, value: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `invalid value for parameter "${name}": "${value}"`, fields)

export const settingRequiresBoolean = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `parameter "${name}" requires a Boolean value`)

/** `unit` is the setting's own (kB, ms, …), empty when it has none. */
export const settingOutOfRange = (name: string, value: string, unit: string, min: string, max: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_parameter_value,
    `${value}${unit === '' ? '' : ` ${unit}`} is outside the valid range for parameter "${name}" (${min} .. ${max})`,
  )

export const settingCannotBeChanged = (name: string): SqlError =>
  new SqlError(SQL_STATE.cant_change_runtime_param, `parameter "${name}" cannot be changed`)

export const settingNeedsRestart = (name: string): SqlError =>
  new SqlError(
    SQL_STATE.cant_change_runtime_param,
    `parameter "${name}" cannot be changed without restarting the server`,
  )

export const settingCannotBeChangedNow = (name: string): SqlError =>
  new SqlError(SQL_STATE.cant_change_runtime_param, `parameter "${name}" cannot be changed now`)

export const settingFixedAfterConnect = (name: string): SqlError =>
  new SqlError(SQL_STATE.cant_change_runtime_param, `parameter "${name}" cannot be set after connection start`)

export const settingPermissionDenied = (name: string): SqlError =>
  new SqlError(SQL_STATE.insufficient_privilege, `permission denied to set parameter "${name}"`)

export const invalidSettingName = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_name, `invalid configuration parameter name "${name}"`, {
    detail: 'Custom parameter names must be two or more simple identifiers separated by dots.',
  })

export const reservedSettingPrefix = (name: string, prefix: string): SqlError =>
  new SqlError(SQL_STATE.invalid_name, `invalid configuration parameter name "${name}"`, {
    detail: `"${prefix}" is a reserved prefix.`,
  })

export const configurationFileSyntax = (file: string, line: number, near: string): SqlError =>
  new SqlError(SQL_STATE.config_file_error, `syntax error in file "${file}" line ${line}, near "${near}"`, {
    severity: 'FATAL',
  })

export const configurationFileUnreadable = (file: string, reason: string): SqlError =>
  new SqlError(SQL_STATE.config_file_error, `could not open configuration file "${file}": ${reason}`, {
    severity: 'FATAL',
  })

/** An option, an environment variable or a line of the configuration file that does not do. */
export const commandLineError = (message: string, fields: ErrorFields = {}): SqlError =>
  new SqlError(SQL_STATE.config_file_error, message, { ...fields, severity: 'FATAL' })

export const settingNotReadable = (name: string): SqlError =>
  new SqlError(
    SQL_STATE.insufficient_privilege,
    `must be superuser or have privileges of pg_read_all_settings to examine "${name}"`,
  )
