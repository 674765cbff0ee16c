/** Functions of xml, and xmlagg. */
import { featureNotSupported } from '../../errors/raise/data.ts'
import { invalidXmlComment } from '../../errors/raise/xml.ts'
import { xmlFault } from '../../types/xml/check-xml.ts'
import { checkXml } from '../../types/xml/xml-type.ts'
import { collecting } from '../aggregates/accumulators.ts'
import { aggregate, scalar, sessionScalar } from '../define.ts'
import type { AggregateFunction, ScalarFunction } from '../records.ts'
import { concatenateXml } from '../xml/expressions.ts'

const comment = (text: string): string => {
  if (text.includes('--') || text.endsWith('-')) throw invalidXmlComment()
  return `<!--${text}-->`
}

const isXml =
  (kind: 'document' | 'content') =>
  (text: string): boolean =>
    xmlFault(text, kind) === null

export const xmlFunctions: readonly ScalarFunction[] = [
  sessionScalar(2896, 'xml(text) xml', 'convert text to xml', ({ format }, text) =>
    checkXml(text, format.xmlOption ?? 'content'),
  ),
  scalar(2922, 'text(xml) text', 'convert xml to text', (value) => value),
  scalar(2895, 'xmlcomment(text) xml', 'comment', comment),
  scalar(2900, 'xmlconcat2(xml, xml) xml', 'concatenate', (a, b) => concatenateXml([a, b]), { strict: false }),
  scalar(2897, 'xmlvalidate(xml, text) bool', 'whether a document is valid', () => {
    throw featureNotSupported('xmlvalidate is not implemented')
  }),
  sessionScalar(3051, 'xml_is_well_formed(text) bool', 'whether a text is XML', ({ format }, text) =>
    isXml(format.xmlOption ?? 'content')(text),
  ),
  scalar(3052, 'xml_is_well_formed_document(text) bool', 'whether a text is an XML document', isXml('document')),
  scalar(3053, 'xml_is_well_formed_content(text) bool', 'whether a text is XML content', isXml('content')),
]

export const xmlAggregates: readonly AggregateFunction[] = [
  aggregate(2901, 'xmlagg(xml) xml', 'concatenation of the values', () =>
    collecting((rows) => concatenateXml(rows.map(([value]) => value))),
  ),
]
