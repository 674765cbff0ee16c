/** jsonpath: kept as the tree that is executed. */
import { invalidBinaryRepresentation } from '../../errors/raise/data.ts'
import { decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import type { JsonPath } from './items.ts'
import { parseJsonPath } from './parse.ts'
import { formatJsonPath } from './print.ts'

/** Version byte that begins the binary form. */
const VERSION = 1

export const jsonPathType = defineType({
  oid: OID.jsonpath,
  name: 'jsonpath',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 4073,
  physical: 'any',
  parse: (text) => parseJsonPath(text),
  format: (value: JsonPath) => formatJsonPath(value),
  receive: (bytes) => {
    if (bytes[0] !== VERSION) throw invalidBinaryRepresentation(`unsupported jsonpath version number: ${bytes[0]}`)
    return parseJsonPath(decodeUtf8(bytes.subarray(1)))
  },
  send: (value: JsonPath) => Buffer.concat([Uint8Array.of(VERSION), encodeUtf8(formatJsonPath(value))]),
  compare: null,
  hashKey: null,
})
