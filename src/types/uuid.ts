/** uuid. */
import { invalidTextRepresentation } from '../errors/raise/data.ts'
import { encodeHex } from './bytea.ts'
import { fixedView } from './bytes.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'

const BYTES = 16
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Groups of four digits, a hyphen allowed after each, braces around the whole. */
const LENIENT = /^(\{)?([0-9a-f]{4}-?){7}[0-9a-f]{4}(\})?$/i

const hyphenate = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

const parse = (text: string): string => {
  if (CANONICAL.test(text)) return text
  const match = LENIENT.exec(text)
  if (match === null || (match[1] === undefined) !== (match[3] === undefined))
    throw invalidTextRepresentation('uuid', text)
  return hyphenate(text.replace(/[{}-]/g, '').toLowerCase())
}

export const uuidType = defineType({
  oid: OID.uuid,
  name: 'uuid',
  category: 'U',
  length: BYTES,
  align: 'c',
  arrayOid: 2951,
  physical: 'any',
  parse,
  format: (value: string) => value,
  receive: (bytes) => {
    fixedView(bytes, BYTES)
    return hyphenate(encodeHex(bytes))
  },
  send: (value: string) => Buffer.from(value.replaceAll('-', ''), 'hex'),
})
