/** Functions of xml, and xmlagg. */
import { featureNotSupported, nullValueNotAllowed } from '../../errors/raise/data.ts'
import { emptyXPath, invalidNamespaces, invalidXmlComment, invalidXPath, xmlNotParsed } from '../../errors/raise/xml.ts'
import { SqlArray } from '../../types/array.ts'
import { xmlFault } from '../../types/xml/check-xml.ts'
import { checkXml } from '../../types/xml/xml-type.ts'
import { collecting } from '../aggregates/accumulators.ts'
import { aggregate, scalar, sessionScalar } from '../define.ts'
import type { AggregateFunction, ScalarFunction } from '../records.ts'
import { parseXmlDocument, xmlOfNode } from '../xml/document.ts'
import { concatenateXml } from '../xml/expressions.ts'
import { tableToXml } from '../xml/tables.ts'
import { escapeXmlText } from '../xml/values.ts'
import { toText, XPathEvaluator, type XPathValue } from '../xml/xpath.ts'
import { parseXPath, XPathError } from '../xml/xpath-parser.ts'

const comment = (text: string): string => {
  if (text.includes('--') || text.endsWith('-')) throw invalidXmlComment()
  return `<!--${text}-->`
}

const isXml =
  (kind: 'document' | 'content') =>
  (text: string): boolean =>
    xmlFault(text, kind) === null

/** Pairs of prefix and namespace. Throws 22000, 22004. */
const namespacesOf = ({ dimensions, elements }: SqlArray): ReadonlyMap<string, string> => {
  const isEmpty = elements.length === 0
  if (!isEmpty && (dimensions.length !== 2 || dimensions[1] !== 2)) throw invalidNamespaces()
  if (elements.includes(null)) throw nullValueNotAllowed('neither namespace name nor URI may be null')
  return new Map(
    Array.from({ length: elements.length / 2 }, (_, i): [string, string] => [elements[2 * i], elements[2 * i + 1]]),
  )
}

const NO_NAMESPACES = SqlArray.empty

/** The value of an XPath expression over a document. Throws 22000, 2200M, XX000 as PostgreSQL has it for expressions. */
const evaluate = (expression: string, document: string, namespaces: SqlArray): XPathValue => {
  const known = namespacesOf(namespaces)
  if (expression === '') throw emptyXPath()
  const fault = xmlFault(document, 'document')
  if (fault !== null) throw xmlNotParsed(fault, document)
  try {
    return new XPathEvaluator(known).evaluate(parseXPath(expression), parseXmlDocument(document))
  } catch (error) {
    throw error instanceof XPathError ? invalidXPath(error.isSyntax, error.message) : error
  }
}

const xpath = (expression: string, document: string, namespaces = NO_NAMESPACES): SqlArray => {
  const value = evaluate(expression, document, namespaces)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return SqlArray.of([escapeXmlText(toText(value))])
  }
  return SqlArray.of(value.map(xmlOfNode))
}

/** Numbers, strings and truth values are there whatever they are. */
const xpathExists = (expression: string, document: string, namespaces = NO_NAMESPACES): boolean => {
  const value = evaluate(expression, document, namespaces)
  return Array.isArray(value) ? value.length > 0 : true
}

const xpathFunctions: readonly ScalarFunction[] = [
  scalar(2931, 'xpath(text, xml, text[]) xml[]', 'what an XPath expression finds', xpath),
  scalar(2932, 'xpath(text, xml) xml[]', 'what an XPath expression finds', (a, b) => xpath(a, b)),
  scalar(3049, 'xpath_exists(text, xml, text[]) bool', 'whether an XPath expression finds something', xpathExists),
  scalar(3050, 'xpath_exists(text, xml) bool', 'whether an XPath expression finds something', (a, b) =>
    xpathExists(a, b),
  ),
  scalar(2614, 'xmlexists(text, xml) bool', 'whether an XPath expression finds something', (a, b) => xpathExists(a, b)),
]

const tableFunctions: readonly ScalarFunction[] = [
  sessionScalar(
    2923,
    'table_to_xml(tbl: regclass, nulls: bool, tableforest: bool, targetns: text) xml',
    'rows of a table',
    (context, table, nulls, forest, namespace) => {
      const name = context.format.names.format('regclass', table) ?? String(table)
      const plain = name
        .replace(/^(?:"(?:[^"]|"")*"|[^".]*)\.(?=.)/, '')
        .replace(/^"(.*)"$/, '$1')
        .replaceAll('""', '"')
      const data = context.routines.query(`SELECT * FROM ${name}`)
      return tableToXml(context, plain, data, { nulls, forest, namespace })
    },
  ),
  sessionScalar(
    2924,
    'query_to_xml(query: text, nulls: bool, tableforest: bool, targetns: text) xml',
    'rows of a query',
    (context, query, nulls, forest, namespace) =>
      tableToXml(context, forest ? 'row' : 'table', context.routines.query(query), { nulls, forest, namespace }),
    { volatility: 'volatile' },
  ),
]

export const xmlFunctions: readonly ScalarFunction[] = [
  ...tableFunctions,
  ...xpathFunctions,
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
