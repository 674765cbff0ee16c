/** SQL names and values as XML has them. */
import { infiniteInXml } from '../../errors/raise/xml.ts'
import { encodeHex } from '../../types/bytea.ts'
import { OID } from '../../types/oids.ts'
import type { SqlArray } from '../../types/array.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { EvalContext } from '../context.ts'

const NAME_START = /[:_\p{L}]/u
const NAME_CHARACTER = /[-.:_·\p{L}\p{N}\p{M}]/u

const escapedCharacter = (character: string): string =>
  `_x${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}_`

/** An SQL name as an XML name; `fully`: also where colons and a leading `xml` could have a meaning. */
export const xmlName = (name: string, fully: boolean): string => {
  const characters = Array.from(name)
  return characters
    .map((character, i) => {
      if (character === ':' && (i === 0 || fully)) return '_x003A_'
      if (character === '_' && characters[i + 1] === 'x') return '_x005F_'
      if (fully && i === 0 && /^xml/i.test(name)) return escapedCharacter(character)
      return (i === 0 ? NAME_START : NAME_CHARACTER).test(character) ? character : escapedCharacter(character)
    })
    .join('')
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#x0d;' }
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

export const escapeXmlText = (text: string): string => text.replace(/[&<>\r]/g, (c) => TEXT_ESCAPES[c] as string)

export const escapeXmlAttribute = (text: string): string =>
  text.replace(/[&<>"\n\r\t]/g, (c) => ATTRIBUTE_ESCAPES[c] as string)

const DATES = new Map<number, 'date' | 'timestamp'>([
  [OID.date, 'date'],
  [OID.timestamp, 'timestamp'],
  [OID.timestamptz, 'timestamp'],
])

/** ISO 8601 as XML Schema wants it. */
const dateText = (type: SqlType, value: Datum, context: EvalContext): string => {
  const text = type.format(value, { ...withoutPrototype(context), dateStyle: 'ISO' })
  const kind = DATES.get(type.oid) as 'date' | 'timestamp'
  if (text.endsWith('infinity')) throw infiniteInXml(kind)
  const iso = text.replace(' ', 'T')
  return type.oid === OID.timestamptz ? iso.replace(/([+-]\d\d)$/, '$1:00') : iso
}

/** The settings as plain values: sessions keep them behind accessors. */
const withoutPrototype = ({ format }: EvalContext) => ({
  dateStyle: format.dateStyle,
  dateOrder: format.dateOrder,
  intervalStyle: format.intervalStyle,
  timeZone: format.timeZone,
  extraFloatDigits: format.extraFloatDigits,
  byteaOutput: format.byteaOutput,
  transactionTimestamp: format.transactionTimestamp,
  names: format.names,
})

/** A value's text in XML; `escape`: as it must be written between tags. */
export const xmlValue = (type: SqlType, value: Datum, context: EvalContext, escape: boolean): string => {
  if (type.category === 'A' && type.element !== null && type.length === -1) {
    const { element } = type
    return (value as SqlArray).elements
      .filter((item) => item !== null)
      .map((item) => `<element>${xmlValue(element, item, context, true)}</element>`)
      .join('')
  }
  switch (type.oid) {
    case OID.xml:
      return type.format(value, context.format)
    case OID.bool:
      return String(value)
    case OID.bytea:
      return context.session.getSetting('xmlbinary', false) === 'hex'
        ? encodeHex(value as Uint8Array).toUpperCase()
        : Buffer.from(value as Uint8Array).toString('base64')
    case OID.date:
    case OID.timestamp:
    case OID.timestamptz:
      return dateText(type, value, context)
    default: {
      const text = type.format(value, context.format)
      return escape ? escapeXmlText(text) : text
    }
  }
}
