/** xml: a datum is the text as it was given. */
import { invalidXml } from '../../errors/raise/xml.ts'
import { decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import { xmlFault } from './check-xml.ts'
import { readDeclaration, writeDeclaration } from './declaration.ts'

/** The text, if it is XML of the kind. Throws 2200M, 2200N. */
export const checkXml = (text: string, kind: 'document' | 'content'): string => {
  if (kind === 'content' && readDeclaration(text) === null) throw invalidXml(kind, null, text)
  const fault = xmlFault(text, kind)
  if (fault !== null) throw invalidXml(kind, fault, text)
  return text
}

/** Without what goes without saying in the declaration, and without a line that would be empty then. */
const formatXml = (text: string): string => {
  const declaration = readDeclaration(text)
  if (declaration === null || declaration.length === 0) return text
  const written = writeDeclaration(declaration.version, declaration.standalone)
  const rest = text.slice(declaration.length)
  return written === '' ? rest.replace(/^\n/, '') : written + rest
}

export const xmlType = defineType({
  oid: OID.xml,
  name: 'xml',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 143,
  physical: 'text',
  parse: (text, _typmod, context) => checkXml(text, context.xmlOption ?? 'content'),
  format: formatXml,
  receive: (bytes, _typmod, context) => checkXml(decodeUtf8(bytes), context.xmlOption ?? 'content'),
  send: (value: string) => encodeUtf8(formatXml(value)),
  compare: null,
  hashKey: null,
})
