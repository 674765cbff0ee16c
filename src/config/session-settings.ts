/**
 * The settings of one session: SET, SET LOCAL, RESET and SHOW with PostgreSQL's transactional behaviour. A change
 * made in a transaction (or after a savepoint) is undone with it; SET LOCAL ends with the transaction.
 */
import {
  invalidSettingName,
  reservedSettingPrefix,
  settingCannotBeChanged,
  settingCannotBeChangedNow,
  settingFixedAfterConnect,
  settingNeedsRestart,
  settingPermissionDenied,
  unrecognizedSetting,
} from '../errors/raise/settings.ts'
import type { ServerSettings, SourcedValue } from './server-settings.ts'
import { formatSetting, parseSetting, showSetting } from './setting-value.ts'
import { inCategory, string } from './setting.ts'
import type { SettingRecord, SettingSource, SettingValue } from './setting.ts'
import { findSetting, SETTINGS } from './settings/index.ts'

/** What a level of the transaction stack must know to undo or settle the changes made at it. */
interface Change {
  /** What held before the level's first change; undefined: not set in this session. */
  readonly prior: SourcedValue | undefined
  /** `both`: a SET and later a SET LOCAL; `settled` is what the SET left. */
  kind: 'set' | 'local' | 'both'
  settled: SourcedValue | undefined
}

export interface SetOptions {
  /** SET LOCAL. */
  readonly local?: boolean
  /** Default: session. `client` is the start-up packet, where backend settings may still be set. */
  readonly source?: SettingSource
  readonly superuser?: boolean
}

/** One line of SHOW ALL and pg_settings. */
export interface SettingState {
  readonly record: SettingRecord
  readonly value: SettingValue
  /** pg_settings.setting: base units without the unit. */
  readonly setting: string
  /** As SHOW prints it. */
  readonly shown: string
  readonly source: SettingSource
  readonly resetValue: SettingValue
  readonly resetSetting: string
}

export type SettingListener = (record: SettingRecord, value: SettingValue, shown: string) => void

const RESERVED_PREFIXES: ReadonlySet<string> = new Set(['tesseradb'])
const CUSTOM_NAME = /^[a-z_\x80-\uffff][\w$\x80-\uffff]*(?:\.[a-z_\x80-\uffff][\w$\x80-\uffff]*)+$/i

export class SessionSettings {
  readonly #server: ServerSettings
  /** Values of this session by lower-case name; absent: the reset value holds. */
  readonly #values = new Map<string, SourcedValue>()
  /** Values given by the client at start-up, by role and by database: what RESET goes back to. */
  readonly #resetValues = new Map<string, SourcedValue>()
  /** Custom (dotted) settings that exist in this session. */
  readonly #custom = new Map<string, SettingRecord>()
  /** Transaction level first, then one per savepoint; null: nothing was changed at it. */
  readonly #levels: (Map<string, Change> | null)[] = []
  readonly #listeners: SettingListener[] = []
  readonly #checks = new Map<string, (text: string) => void>()
  /** Values as they are now, by the name that they were asked for by; emptied by every change. */
  readonly #known = new Map<string, SettingValue>()

  constructor(server: ServerSettings) {
    this.#server = server
  }

  /** Calls back after every change of a value, also when a transaction's end changes it. */
  onChange(listener: SettingListener): void {
    this.#listeners.push(listener)
  }

  /** Asks before SET gives a setting a value, which it refuses by throwing. */
  checkBefore(name: string, check: (text: string) => void): void {
    this.#checks.set(name, check)
  }

  /** SET name = text. Answers the value as SHOW prints it. Throws 42704, 22023, 55P02, 42501, 42602. */
  set(name: string, text: string, options: SetOptions = {}): string {
    const record = this.#find(name) ?? this.#createCustom(name)
    checkContext(record, options)
    const key = record.name.toLowerCase()
    this.#checks.get(key)?.(text)
    const value = parseSetting(record, text, this.#current(key, record).value)
    this.#assign(key, record, { value, source: options.source ?? 'session' }, options.local ?? false)
    return showSetting(record, value)
  }

  /** Throws what `set` throws for a value that the setting cannot have, without setting it. */
  validate(name: string, text: string, superuser: boolean): void {
    const record = this.#find(name) ?? this.#createCustom(name)
    checkContext(record, { superuser })
    parseSetting(record, text, this.#current(record.name.toLowerCase(), record).value)
  }

  /** A default for this session (start-up packet, role, database): SET that RESET goes back to. Not transactional. */
  setDefault(name: string, text: string, source: SettingSource, superuser: boolean): void {
    const record = this.#find(name) ?? this.#createCustom(name)
    checkContext(record, { source, superuser })
    const key = record.name.toLowerCase()
    this.#resetValues.set(key, { value: parseSetting(record, text, this.#current(key, record).value), source })
    this.#announce(key, record)
  }

  /** Sets what SET may not (is_superuser, transaction_isolation at BEGIN …); outside every transaction's stack. */
  override(name: string, value: SettingValue): void {
    const record = this.record(name)
    const key = record.name.toLowerCase()
    this.#values.set(key, { value, source: 'override' })
    this.#announce(key, record)
  }

  /** RESET name, SET name TO DEFAULT. */
  reset(name: string, options: SetOptions = {}): void {
    const record = this.record(name)
    checkContext(record, options)
    const key = record.name.toLowerCase()
    this.#assign(key, record, this.#resetValue(key, record), options.local ?? false)
  }

  /** RESET ALL, DISCARD ALL. */
  resetAll(): void {
    for (const key of this.#values.keys()) {
      const record = this.#findByKey(key)
      if (record === undefined || record.keptByResetAll === true || this.#values.get(key)?.source === 'override')
        continue
      this.#assign(key, record, this.#resetValue(key, record), false)
    }
  }

  /** The record of a setting. Throws 42704. */
  record(name: string): SettingRecord {
    const record = this.#find(name)
    if (record === undefined) throw unrecognizedSetting(name)
    return record
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /** The value in the setting's base unit. */
  get(name: string): SettingValue {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const record = this.record(name)
    const { value } = this.#current(record.name.toLowerCase(), record)
    this.#known.set(name, value)
    return value
  }

  int(name: string): number {
    return this.get(name) as number
  }

  bool(name: string): boolean {
    return this.get(name) as boolean
  }

  text(name: string): string {
    return this.get(name) as string
  }

  /** As SHOW prints it. */
  show(name: string): string {
    const record = this.record(name)
    if (record.name === 'seed') return 'unavailable'
    return showSetting(record, this.#current(record.name.toLowerCase(), record).value)
  }

  /** Every listed setting, for SHOW ALL and pg_settings. */
  list(): SettingState[] {
    const records = [...SETTINGS, ...this.#custom.values()].filter((record) => record.hidden !== true)
    return records.map((record) => {
      const key = record.name.toLowerCase()
      const { value, source } = this.#current(key, record)
      const resetValue = this.#resetValue(key, record).value
      return {
        record,
        value,
        source,
        resetValue,
        setting: formatSetting(record, value),
        shown: showSetting(record, value),
        resetSetting: formatSetting(record, resetValue),
      }
    })
  }

  /** What the client is told at start-up: name to value. */
  reported(): Map<string, string> {
    return new Map(SETTINGS.filter((record) => record.reported).map((record) => [record.name, this.show(record.name)]))
  }

  /** Number of open levels: 0 outside a transaction. */
  get depth(): number {
    return this.#levels.length
  }

  /** A transaction or a savepoint begins. */
  pushLevel(): void {
    this.#levels.push(null)
  }

  /** The innermost level ends well: COMMIT, or RELEASE SAVEPOINT. */
  commitLevel(): void {
    const level = this.#levels.pop() ?? null
    if (level === null) return
    const parent = this.#levels.length === 0 ? null : this.#changes()
    for (const [key, change] of level) {
      if (parent !== null) mergeInto(parent, key, change)
      else if (change.kind !== 'set') this.#restore(key, change.kind === 'local' ? change.prior : change.settled)
    }
  }

  /** The innermost level ends badly: ROLLBACK, or ROLLBACK TO SAVEPOINT (which then pushes it anew). */
  rollbackLevel(): void {
    const level = this.#levels.pop()
    for (const [key, change] of level ?? []) this.#restore(key, change.prior)
  }

  #find(name: string): SettingRecord | undefined {
    const record = findSetting(name) ?? this.#custom.get(name.toLowerCase())
    if (record !== undefined || this.#server.custom(name) === undefined) return record
    return this.#createCustom(name)
  }

  #findByKey(key: string): SettingRecord | undefined {
    return findSetting(key) ?? this.#custom.get(key)
  }

  #createCustom(name: string): SettingRecord {
    if (!name.includes('.')) throw unrecognizedSetting(name)
    if (!CUSTOM_NAME.test(name)) throw invalidSettingName(name)
    const prefix = name.slice(0, name.indexOf('.')).toLowerCase()
    if (RESERVED_PREFIXES.has(prefix)) throw reservedSettingPrefix(name, prefix)
    const [record] = inCategory('Customized Options', [string(name, 'user', '', '')]) as [SettingRecord]
    this.#custom.set(name.toLowerCase(), record)
    return record
  }

  #resetValue(key: string, record: SettingRecord): SourcedValue {
    return this.#resetValues.get(key) ?? this.#server.valueOf(record)
  }

  #current(key: string, record: SettingRecord): SourcedValue {
    return this.#values.get(key) ?? this.#resetValue(key, record)
  }

  #assign(key: string, record: SettingRecord, value: SourcedValue, local: boolean): void {
    const before = this.#values.get(key)
    if (this.#levels.length > 0) {
      const level = this.#changes()
      const change = level.get(key)
      if (change === undefined) level.set(key, { prior: before, kind: local ? 'local' : 'set', settled: undefined })
      else if (!local) change.kind = 'set'
      else if (change.kind === 'set') {
        change.kind = 'both'
        change.settled = before
      }
    } else if (local) return
    this.#values.set(key, value)
    this.#announce(key, record)
  }

  /** Changes made at the innermost level. */
  #changes(): Map<string, Change> {
    const at = this.#levels.length - 1
    const level = this.#levels[at] ?? new Map<string, Change>()
    this.#levels[at] = level
    return level
  }

  #restore(key: string, value: SourcedValue | undefined): void {
    const record = this.#findByKey(key)
    if (record === undefined) return
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value)
    this.#announce(key, record)
  }

  #announce(key: string, record: SettingRecord): void {
    this.#known.clear()
    if (this.#listeners.length === 0) return
    const { value } = this.#current(key, record)
    const shown = showSetting(record, value)
    for (const listener of this.#listeners) listener(record, value, shown)
  }
}

/** A released savepoint's change becomes its parent's. */
const mergeInto = (parent: Map<string, Change>, key: string, child: Change): void => {
  const own = parent.get(key)
  if (own === undefined) parent.set(key, child)
  else if (child.kind === 'set') own.kind = 'set'
  else if (child.kind === 'both') {
    own.kind = 'both'
    own.settled = child.settled
  } else if (own.kind === 'set') {
    own.kind = 'both'
    own.settled = child.prior
  }
}

const checkContext = (record: SettingRecord, options: SetOptions): void => {
  const source = options.source ?? 'session'
  const superuser = options.superuser ?? true
  switch (record.context) {
    case 'internal':
      throw settingCannotBeChanged(record.name)
    case 'postmaster':
      throw settingNeedsRestart(record.name)
    case 'sighup':
      throw settingCannotBeChangedNow(record.name)
    case 'backend':
    case 'superuser-backend':
      if (source !== 'client') throw settingFixedAfterConnect(record.name)
      if (record.context === 'superuser-backend' && !superuser) throw settingPermissionDenied(record.name)
      return
    case 'superuser':
      if (!superuser) throw settingPermissionDenied(record.name)
      return
    case 'user':
  }
}
