/** json: the text as it was written, once checked. */
import { decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import { JsonReader } from './json-reader.ts'

/** The text itself; JavaScript's own parser takes the same language, so only its refusals are looked into. */
const checked = (text: string): string => {
  try {
    JSON.parse(text)
  } catch {
    new JsonReader(text).readDocument()
  }
  return text
}

export const jsonType = defineType({
  oid: OID.json,
  name: 'json',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 199,
  physical: 'any',
  parse: checked,
  format: (value: string) => value,
  receive: (bytes) => checked(decodeUtf8(bytes)),
  send: encodeUtf8,
  compare: null,
  hashKey: null,
})
