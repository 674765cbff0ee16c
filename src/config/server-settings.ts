/**
 * The values that every session starts from: built-in defaults, overlaid by the configuration file, the environment
 * and the command line.
 */
import { unrecognizedSetting } from '../errors/raise/settings.ts'
import { parseSetting } from './setting-value.ts'
import type { SettingRecord, SettingSource, SettingValue } from './setting.ts'
import { findSetting } from './settings/index.ts'

/** A value and where it came from. */
export interface SourcedValue {
  readonly value: SettingValue
  readonly source: SettingSource
}

export class ServerSettings {
  /** By lower-case name; settings that were never set are absent. */
  readonly #values = new Map<string, SourcedValue>()

  /** Sets a value at start-up; a later call wins. Throws 42704 and 22023; custom (dotted) names are kept as text. */
  set(name: string, text: string, source: SettingSource): void {
    const record = findSetting(name)
    if (record === undefined) {
      if (!name.includes('.')) throw unrecognizedSetting(name)
      this.#values.set(name.toLowerCase(), { value: text, source })
      return
    }
    const value = parseSetting(record, text, this.valueOf(record).value)
    this.#values.set(record.name.toLowerCase(), { value, source })
  }

  /** Leaves the choice of the TCP port to the operating system: `port` is 0 until it is known. */
  choosePort(): void {
    this.#values.set('port', { value: 0, source: 'command line' })
  }

  /** The port that the server listens on, once it does. */
  setPort(port: number): void {
    this.#values.set('port', { value: port, source: this.#values.get('port')?.source ?? 'default' })
  }

  /** The value of a custom setting of the configuration, if there is one. */
  custom(name: string): SourcedValue | undefined {
    return this.#values.get(name.toLowerCase())
  }

  valueOf(record: SettingRecord): SourcedValue {
    return this.#values.get(record.name.toLowerCase()) ?? { value: record.boot, source: 'default' }
  }

  /** The value of a setting in base units. The name is one of ours: a wrong one is a mistake in the program. */
  get(name: string): SettingValue {
    const record = findSetting(name)
    if (record === undefined) throw new Error(`no setting is called ${name}`)
    return this.valueOf(record).value
  }

  int(name: string): number {
    return this.get(name) as number
  }

  text(name: string): string {
    return this.get(name) as string
  }
}
