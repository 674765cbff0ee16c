/** Checks of string settings whose value has a grammar of its own: DateStyle, TimeZone, client_encoding. */
import { invalidSettingValue } from '../errors/raise/settings.ts'

const STYLES: Readonly<Record<string, string>> = {
  iso: 'ISO',
  sql: 'SQL',
  postgres: 'Postgres',
  german: 'German',
}
const ORDERS: Readonly<Record<string, string>> = {
  mdy: 'MDY',
  dmy: 'DMY',
  ymd: 'YMD',
  us: 'MDY',
  noneuro: 'MDY',
  euro: 'DMY',
}

/** Words stand for the first key they begin with or equal: `postgresql` is Postgres, `european` is DMY. */
const lookUp = (table: Readonly<Record<string, string>>, word: string, abbreviated: readonly string[]): string | null =>
  table[word] ?? table[abbreviated.find((key) => word.startsWith(key)) ?? ''] ?? null

/** `iso, dmy` and the like into `Style, ORDER`; a part that is not given keeps its current value. */
export const checkDateStyle = (value: string, current: string): string => {
  const [currentStyle = 'ISO', currentOrder = 'MDY'] = current.split(', ')
  let style: string | null = null
  let order: string | null = null
  const conflict = () => invalidSettingValue('DateStyle', value, { detail: 'Conflicting "datestyle" specifications.' })
  const take = (newStyle: string | null, newOrder: string | null): void => {
    if (newStyle !== null) {
      if (style !== null && style !== newStyle) throw conflict()
      style = newStyle
    }
    if (newOrder !== null) {
      if (order !== null && order !== newOrder) throw conflict()
      order = newOrder
    }
  }
  for (const raw of value.split(',')) {
    const word = raw
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase()
    const asStyle = lookUp(STYLES, word, ['postgres'])
    const asOrder = lookUp(ORDERS, word, ['euro', 'noneuro'])
    if (asStyle !== null) take(asStyle, null)
    else if (asOrder !== null) take(null, asOrder)
    else if (word === 'default') {
      style ??= 'ISO'
      order ??= 'MDY'
    } else throw invalidSettingValue('DateStyle', value, { detail: `Unrecognized key word: "${raw.trim()}".` })
  }
  return `${style ?? currentStyle}, ${order ?? (style === 'German' ? 'DMY' : currentOrder)}`
}

const POSIX_ZONE = /^(?:<[+-]?\w+(?::\w+)*>|[a-z]{3,})[+-]?\d{1,3}(?::\d{1,2}){0,2}(?:(?:<[^>]+>|[a-z]{3,}).*)?$/i

/** Hours east of Greenwich in the POSIX form that PostgreSQL keeps: 5.5 is `<+05:30>-05:30`. */
const zoneOfHours = (hours: number): string => {
  const minutes = Math.round(Math.abs(hours) * 60)
  const pad = (n: number): string => String(n).padStart(2, '0')
  const text = minutes % 60 === 0 ? pad(minutes / 60) : `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
  return hours < 0 ? `<-${text}>+${text}` : `<+${text}>-${text}`
}

/** IANA names in their own spelling, POSIX specifications, and plain numbers of hours. */
export const checkTimeZone = (value: string): string => {
  const text = value.trim()
  const hours = Number(text)
  if (text !== '' && Number.isFinite(hours)) {
    if (Math.abs(hours) > 168) throw invalidSettingValue('TimeZone', value)
    return zoneOfHours(hours)
  }
  const name = ianaName(text)
  if (name !== null) return name
  if (POSIX_ZONE.test(text)) return text
  throw invalidSettingValue('TimeZone', value)
}

/** The name in its usual capitals; aliases keep their name. Null when no such zone is known. */
const ianaName = (text: string): string | null => {
  // Offsets such as "+05:00" are zones to Intl, but not here.
  if (!/^[a-z]/i.test(text)) return null
  try {
    const resolved = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
    if (resolved.toLowerCase() === text.toLowerCase()) return resolved
  } catch {
    return null
  }
  if (text !== text.toLowerCase()) return text
  return text.length <= 3 ? text.toUpperCase() : text.replace(/(^|[/_-])([a-z])/g, (all) => all.toUpperCase())
}

const ENCODINGS: Readonly<Record<string, string>> = {
  utf8: 'UTF8',
  unicode: 'UTF8',
  sqlascii: 'SQL_ASCII',
}

/** Text travels as UTF-8; SQL_ASCII means "as it is", which is the same bytes. */
export const checkClientEncoding = (value: string): string => {
  const name = ENCODINGS[value.toLowerCase().replace(/[^a-z0-9]/g, '')]
  if (name === undefined) throw invalidSettingValue('client_encoding', value)
  return name
}

/** Names that clients send are cleaned to printable ASCII, as PostgreSQL does. */
export const checkApplicationName = (value: string): string =>
  Array.from(Buffer.from(value, 'utf8'), (byte) => (byte < 32 || byte > 126 ? '?' : String.fromCharCode(byte)))
    .join('')
    .slice(0, 63)
