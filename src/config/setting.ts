/**
 * What a setting (PostgreSQL: GUC, a row of pg_settings) is: one record each, from which SET, SHOW, the configuration
 * file, the command line and pg_settings all work.
 */

/** When and by whom a setting may be changed: pg_settings.context. */
export type SettingContext =
  | 'internal'
  | 'postmaster'
  | 'sighup'
  | 'superuser-backend'
  | 'backend'
  | 'superuser'
  | 'user'

/** Where a value came from: pg_settings.source. */
export type SettingSource =
  | 'default'
  | 'environment variable'
  | 'configuration file'
  | 'command line'
  | 'database'
  | 'user'
  | 'client'
  | 'override'
  | 'session'

/** Base units: memory in bytes, kilobytes, pages of 8 kB or megabytes; time in milliseconds, seconds or minutes. */
export type SettingUnit = 'B' | 'kB' | '8kB' | 'MB' | 'ms' | 's' | 'min'

/** A setting's value as the server uses it; numbers are in the setting's base unit. */
export type SettingValue = boolean | number | string

interface SettingCommon {
  readonly name: string
  readonly category: string
  readonly context: SettingContext
  readonly description: string
  /** The client is told of every change (ParameterStatus). */
  readonly reported?: boolean
  /** Answers to SHOW but is not listed by SHOW ALL and pg_settings. */
  readonly hidden?: boolean
  /** RESET ALL leaves it alone. */
  readonly keptByResetAll?: boolean
}

interface BoolSetting extends SettingCommon {
  readonly type: 'bool'
  readonly boot: boolean
}

export interface NumberSetting extends SettingCommon {
  readonly type: 'integer' | 'real'
  readonly boot: number
  readonly min: number
  readonly max: number
  readonly unit?: SettingUnit
  /** Shown as an octal file mode. */
  readonly octal?: boolean
}

export interface StringSetting extends SettingCommon {
  readonly type: 'string'
  readonly boot: string
  /** Answers the value in the form that is kept and shown; throws SqlError 22023. `current` is the value so far. */
  readonly check?: (value: string, current: string) => string
}

export interface EnumSetting extends SettingCommon {
  readonly type: 'enum'
  readonly boot: string
  /** In the order in which hints list them. */
  readonly values: readonly string[]
  /** Spellings that are accepted for a listed value but not listed. */
  readonly aliases?: Readonly<Record<string, string>>
}

export type SettingRecord = BoolSetting | NumberSetting | StringSetting | EnumSetting

/** Optional parts of a record, for the constructors below. */
type Extras = Pick<SettingCommon, 'reported' | 'hidden' | 'keptByResetAll'>
type WithoutCategory<T> = Omit<T, 'category'>
/** A record before `inCategory` completes it. */
type Entry =
  | WithoutCategory<BoolSetting>
  | WithoutCategory<NumberSetting>
  | WithoutCategory<StringSetting>
  | WithoutCategory<EnumSetting>

export const bool = (
  name: string,
  context: SettingContext,
  boot: boolean,
  description: string,
  extras: Extras = {},
): Entry => ({ type: 'bool', name, context, boot, description, ...extras })

/** `range` is [min, max], in the base unit. */
export const integer = (
  name: string,
  context: SettingContext,
  boot: number,
  range: readonly [number, number],
  description: string,
  extras: Extras & Pick<NumberSetting, 'unit' | 'octal'> = {},
): Entry => ({ type: 'integer', name, context, boot, min: range[0], max: range[1], description, ...extras })

export const real = (
  name: string,
  context: SettingContext,
  boot: number,
  range: readonly [number, number],
  description: string,
  extras: Extras & Pick<NumberSetting, 'unit'> = {},
): Entry => ({ type: 'real', name, context, boot, min: range[0], max: range[1], description, ...extras })

export const string = (
  name: string,
  context: SettingContext,
  boot: string,
  description: string,
  extras: Extras & Pick<StringSetting, 'check'> = {},
): Entry => ({ type: 'string', name, context, boot, description, ...extras })

export const oneOf = (
  name: string,
  context: SettingContext,
  boot: string,
  values: readonly string[],
  description: string,
  extras: Extras & Pick<EnumSetting, 'aliases'> = {},
): Entry => ({ type: 'enum', name, context, boot, values, description, ...extras })

/** Completes records with the category under which pg_settings lists them. */
export const inCategory = (category: string, entries: readonly Entry[]): readonly SettingRecord[] =>
  entries.map((entry) => ({ ...entry, category }))

export const INT_MAX = 2147483647
/** The double that PostgreSQL prints as 1.79769e+308. */
export const REAL_MAX = Number.MAX_VALUE
