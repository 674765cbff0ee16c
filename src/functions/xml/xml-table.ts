/** XMLTABLE: rows of a document that an XPath expression finds, and their columns by further expressions. */
import { nullValueNotAllowed } from '../../errors/raise/data.ts'
import {
  emptyXmlTablePath,
  invalidXmlTablePath,
  noDefaultNamespace,
  nullXmlTableColumn,
  nullXmlTableFilter,
  severalXmlTableValues,
  xmlNotParsed,
} from '../../errors/raise/xml.ts'
import { OID } from '../../types/oids.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { xmlFault } from '../../types/xml/check-xml.ts'
import type { EvalContext } from '../context.ts'
import type { SetReturningFunction } from '../records.ts'
import { parseXmlDocument, stringValue, type XmlNode, xmlOfNode } from './document.ts'
import { escapeXmlText } from './values.ts'
import { toText, XPathEvaluator, type XPathValue } from './xpath.ts'
import { parseXPath, type XPath, XPathError } from './xpath-parser.ts'

/** A column: numbers are places among the call's arguments. */
export interface XmlTableColumn {
  readonly name: string
  readonly type: SqlType
  readonly typmod: number
  readonly isOrdinality: boolean
  readonly isNotNull: boolean
  /** The expression that finds it; null: its name. */
  readonly path: number | null
  /** What it is where nothing is found. */
  readonly fallback: number | null
}

export interface XmlTableSyntax {
  /** Prefixes, null for the default namespace; their URIs are the arguments after the row's path and the document. */
  readonly namespaces: readonly (string | null)[]
  readonly columns: readonly XmlTableColumn[]
}

/** Places of the arguments that each call has; the namespaces' URIs follow. */
export const XML_TABLE_ARGUMENTS = { path: 0, document: 1, namespaces: 2 } as const

/** The function of one use of the syntax. */
export const xmlTable = (syntax: XmlTableSyntax, args: readonly number[]): SetReturningFunction => ({
  kind: 'set',
  oid: 0,
  name: 'xmltable',
  args,
  result: OID.record,
  columns: syntax.columns.map(({ name, type }) => ({ name, type: type.oid })),
  volatility: 'stable',
  strict: false,
  description: 'XML syntax',
  estimatedRows: 100,
  rows: (context, _types, ...values) => rowsOf(context, syntax, values),
})

const rowsOf = (context: EvalContext, syntax: XmlTableSyntax, values: readonly Datum[]): Datum[][] => {
  const document = values[XML_TABLE_ARGUMENTS.document] as string | null
  if (document === null) return []
  const fault = xmlFault(document, 'document')
  if (fault !== null) throw xmlNotParsed(fault, document)
  const evaluator = new XPathEvaluator(namespacesOf(syntax, values))
  const rowPath = compiled(values[XML_TABLE_ARGUMENTS.path] as string | null, null)
  const columns = syntax.columns.map((column) => ({
    column,
    path: column.isOrdinality
      ? null
      : compiled(column.path === null ? column.name : (values[column.path] as string | null), column.name),
  }))
  const found = evaluated(evaluator, rowPath, parseXmlDocument(document))
  if (!Array.isArray(found)) return []
  return (found as readonly XmlNode[]).map((node, i) =>
    columns.map(({ column, path }) => {
      if (path === null) return i + 1
      const text = textOf(evaluated(evaluator, path, node), column.type)
      const value =
        text === null
          ? column.fallback === null
            ? null
            : values[column.fallback]
          : column.type.parse(text, column.typmod, context.format)
      if (value === null && column.isNotNull) throw nullXmlTableColumn(column.name)
      return value
    }),
  )
}

const namespacesOf = ({ namespaces }: XmlTableSyntax, values: readonly Datum[]): ReadonlyMap<string, string> =>
  new Map(
    namespaces.map((prefix, i): [string, string] => {
      const uri = values[XML_TABLE_ARGUMENTS.namespaces + i] as string | null
      if (uri === null) throw nullValueNotAllowed('namespace URI must not be null')
      if (prefix === null) throw noDefaultNamespace()
      return [prefix, uri]
    }),
  )

/** `column`: whose expression it is, null for the row's. Throws 22004, 22000, 42601. */
const compiled = (path: string | null, column: string | null): XPath => {
  if (path === null) throw nullXmlTableFilter(column)
  if (path === '') throw emptyXmlTablePath(column === null ? 'row' : 'column')
  try {
    return parseXPath(path)
  } catch (error) {
    throw error instanceof XPathError
      ? invalidXmlTablePath(error.isSyntax ? (column === null ? 'row' : 'column') : null, error.message)
      : error
  }
}

const evaluated = (evaluator: XPathEvaluator, path: XPath, node: XmlNode): XPathValue => {
  try {
    return evaluator.evaluate(path, node)
  } catch (error) {
    throw error instanceof XPathError ? invalidXmlTablePath(null, error.message) : error
  }
}

/** What was found as the text of a type; null where that is nothing. */
const textOf = (value: XPathValue, type: SqlType): string | null => {
  const isXml = type.oid === OID.xml
  if (typeof value === 'boolean') return type.category === 'N' ? (value ? '1' : '0') : String(value)
  if (typeof value === 'string' || typeof value === 'number')
    return isXml ? escapeXmlText(toText(value)) : toText(value)
  if (value.length === 0) return null
  if (isXml) return value.map(xmlOfNode).join('')
  if (value.length > 1) throw severalXmlTableValues()
  return stringValue(value[0] as XmlNode)
}
