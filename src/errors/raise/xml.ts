/** Conditions of xml values and of the expressions that make them. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

/** The line of a text with a mark below the place, as XML parsers show it. */
const shown = (text: string, message: string, at: number): string => {
  const before = text.slice(0, at).split('\n')
  const line = text.split('\n')[before.length - 1] ?? ''
  return `line ${before.length}: ${message}\n${line}\n${' '.repeat((before.at(-1) ?? '').length)}^`
}

/** Text that is no XML; `fault` null: its declaration is none. */
export const invalidXml = (
  kind: 'document' | 'content',
  fault: { readonly message: string; readonly at: number } | null,
  text: string,
): SqlError =>
  new SqlError(
    kind === 'document' ? SQL_STATE.invalid_xml_document : SQL_STATE.invalid_xml_content,
    fault === null ? 'invalid XML content: invalid XML declaration' : `invalid XML ${kind}`,
    fault === null ? {} : { detail: shown(text, fault.message, fault.at) },
  )

export const invalidXmlComment = (): SqlError => new SqlError(SQL_STATE.invalid_xml_comment, 'invalid XML comment')

export const invalidXmlInstruction = (detail: string): SqlError =>
  new SqlError(SQL_STATE.invalid_xml_processing_instruction, 'invalid XML processing instruction', { detail })

export const notXmlDocument = (): SqlError => new SqlError(SQL_STATE.not_an_xml_document, 'not an XML document')

/** An infinite date or time, for which XML has no text. */
export const infiniteInXml = (type: 'date' | 'timestamp'): SqlError =>
  new SqlError(SQL_STATE.datetime_field_overflow, `${type} out of range`, {
    detail: `XML does not support infinite ${type} values.`,
  })

export const reservedXmlTarget = (target: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'invalid XML processing instruction', {
    detail: `XML processing instruction target name cannot be "${target}".`,
  })

export const emptyXPath = (): SqlError => new SqlError(SQL_STATE.data_exception, 'empty XPath expression')

/** An XPath expression that cannot be read or evaluated. PostgreSQL calls it an internal error. */
export const invalidXPath = (isSyntax: boolean, detail: string): SqlError =>
  new SqlError(SQL_STATE.internal_error, isSyntax ? 'invalid XPath expression' : 'could not create XPath object', {
    detail,
  })

export const invalidNamespaces = (): SqlError =>
  new SqlError(SQL_STATE.data_exception, 'invalid array for XML namespace mapping', {
    detail: 'The array must be two-dimensional with length of the second axis equal to 2.',
  })

/** XML that is no document, which XPath expressions need. */
export const xmlNotParsed = (fault: { readonly message: string; readonly at: number }, text: string): SqlError =>
  new SqlError(SQL_STATE.invalid_xml_document, 'could not parse XML document', {
    detail: shown(text, fault.message, fault.at),
  })

/** An expression of XMLTABLE that cannot be read (`part`: whose), or evaluated (null). */
export const invalidXmlTablePath = (part: 'row' | 'column' | null, detail: string): SqlError =>
  part === null
    ? invalidXPath(false, detail)
    : new SqlError(part === 'row' ? SQL_STATE.syntax_error : SQL_STATE.data_exception, 'invalid XPath expression', {
        detail,
      })

export const emptyXmlTablePath = (part: 'row' | 'column'): SqlError =>
  new SqlError(SQL_STATE.data_exception, `${part} path filter must not be empty string`)

/** `column`: whose expression is NULL; null: the row's. */
export const nullXmlTableFilter = (column: string | null): SqlError =>
  new SqlError(
    SQL_STATE.null_value_not_allowed,
    `${column === null ? 'row' : 'column'} filter expression must not be null`,
    column === null ? {} : { detail: `Filter for column "${column}" is null.` },
  )

export const nullXmlTableColumn = (column: string): SqlError =>
  new SqlError(SQL_STATE.null_value_not_allowed, `null is not allowed in column "${column}"`)

export const severalXmlTableValues = (): SqlError =>
  new SqlError(SQL_STATE.cardinality_violation, 'more than one value returned by column XPath expression')

export const noDefaultNamespace = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'DEFAULT namespace is not supported')
