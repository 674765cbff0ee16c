/** Rows of tables and queries as XML (SQL:2011, part 14, 9.13). */
import type { EvalContext, QueryRows } from '../context.ts'
import { escapeXmlAttribute, xmlName, xmlValue } from './values.ts'

/** How rows are written. */
export interface TableOptions {
  /** NULLs are elements that say so; else they are left out. */
  readonly nulls: boolean
  /** Each row is an element of the table's name; else rows are in one element of that name. */
  readonly forest: boolean
  /** The default namespace, '' for none. */
  readonly namespace: string
}

const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance'

/** `name`: what the table is called. */
export const tableToXml = (context: EvalContext, name: string, data: QueryRows, options: TableOptions): string => {
  const table = xmlName(name, true)
  const namespace = options.namespace === '' ? '' : ` xmlns="${escapeXmlAttribute(options.namespace)}"`
  const head = `xmlns:xsi="${INSTANCE}"${namespace}`
  const columns = data.columns.map((column) => ({ type: column.type, name: xmlName(column.name, true) }))
  const rows = data.rows.map((values) => {
    const fields = columns.map((column, i) => {
      if (values[i] === null) return options.nulls ? `  <${column.name} xsi:nil="true"/>\n` : ''
      return `  <${column.name}>${xmlValue(column.type, values[i], context, true)}</${column.name}>\n`
    })
    const [open, close] = options.forest ? [`${table} ${head}`, table] : ['row', 'row']
    return `<${open}>\n${fields.join('')}</${close}>\n\n`
  })
  return options.forest ? rows.join('') : `<${table} ${head}>\n\n${rows.join('')}</${table}>\n`
}
