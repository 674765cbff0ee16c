/** Text to value and back for every kind of setting, with PostgreSQL's rules, messages and hints. */
import { invalidSettingValue, settingOutOfRange, settingRequiresBoolean } from '../errors/raise/settings.ts'
import type { EnumSetting, NumberSetting, SettingRecord, SettingValue } from './setting.ts'
import { formatReal, inLargestUnit, toBaseUnit, unitHint } from './units.ts'

/** Reads a Boolean as PostgreSQL does: on/off, true/false, yes/no, 1/0 and unambiguous beginnings. Null: none of these. */
const parseBoolean = (text: string): boolean | null => {
  const word = text.trim().toLowerCase()
  if (word === '') return null
  if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') return true
  if ('false'.startsWith(word) || 'no'.startsWith(word) || word === '0') return false
  return word.length > 1 && 'off'.startsWith(word) ? false : null
}

const NUMBER = /^\s*([+-]?(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))\s*([a-z]*)\s*$/i

const parseNumber = (record: NumberSetting, text: string): number => {
  const match = NUMBER.exec(text)
  if (match === null) throw invalidSettingValue(record.name, text)
  const digits = match[1] as string
  const unit = match[2] as string
  const octal = record.octal === true && /^0[0-7]+$/.test(digits)
  const sign = digits.startsWith('-') ? -1 : 1
  let value = octal ? Number.parseInt(digits, 8) : sign * Number(digits.replace(/^[+-]/, ''))
  if (unit !== '') {
    if (record.unit === undefined) throw invalidSettingValue(record.name, text)
    const converted = toBaseUnit(value, unit, record.unit)
    if (converted === null) throw invalidSettingValue(record.name, text, { hint: unitHint(record.unit) })
    value = converted
  }
  if (record.type === 'integer') {
    value = roundHalfEven(value)
    if (Math.abs(value) > 2147483647) {
      throw invalidSettingValue(record.name, text, { hint: 'Value exceeds integer range.' })
    }
  }
  if (value < record.min || value > record.max) {
    const print = record.type === 'integer' ? String : formatReal
    throw settingOutOfRange(record.name, print(value), record.unit ?? '', print(record.min), print(record.max))
  }
  return value
}

const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value) + 0
  return (floor % 2 === 0 ? floor : floor + 1) + 0
}

const parseEnum = (record: EnumSetting, text: string): string => {
  const word = text.toLowerCase()
  if (record.values.includes(word)) return word
  const alias = record.aliases?.[word]
  if (alias !== undefined) return alias
  throw invalidSettingValue(record.name, text, { hint: `Available values: ${record.values.join(', ')}.` })
}

/**
 * The value that `text` means for a setting. `current` is the value so far, for settings whose new value completes
 * the old one (DateStyle). Throws 22023.
 */
export const parseSetting = (record: SettingRecord, text: string, current: SettingValue): SettingValue => {
  switch (record.type) {
    case 'bool': {
      const value = parseBoolean(text)
      if (value === null) throw settingRequiresBoolean(record.name)
      return value
    }
    case 'integer':
    case 'real':
      return parseNumber(record, text)
    case 'enum':
      return parseEnum(record, text)
    case 'string':
      return record.check === undefined ? text : record.check(text, String(current))
  }
}

/** A value in base units without the unit, as pg_settings.setting shows it. */
export const formatSetting = (record: SettingRecord, value: SettingValue): string => {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return value
  if (record.type === 'integer' && record.octal === true) return value.toString(8).padStart(4, '0')
  return record.type === 'real' ? formatReal(value) : String(value)
}

/** A value as SHOW prints it, with the largest unit that fits. */
export const showSetting = (record: SettingRecord, value: SettingValue): string =>
  typeof value === 'number' && value > 0 && 'unit' in record && record.unit !== undefined
    ? inLargestUnit(value, record.unit)
    : formatSetting(record, value)
