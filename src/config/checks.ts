/** Checks of string settings whose value has a grammar of its own: DateStyle, client_encoding, application_name. */
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
