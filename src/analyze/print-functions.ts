/** Prints functions in FROM: calls side by side, and XMLTABLE. */
import { quoteIdentifier } from '../functions/keywords.ts'
import { XML_TABLE_ARGUMENTS, type XmlTableSyntax } from '../functions/xml/xml-table.ts'
import { formatType } from '../types/index.ts'
import type { Expr } from './expression.ts'
import type { ExpressionPrinter } from './print-expression.ts'
import type { FunctionCall, FunctionItem, OutputColumn } from './query.ts'

/** The functions, without the entry's alias. */
export const printFunctions = (item: FunctionItem, printer: ExpressionPrinter): void => {
  const { writer } = printer
  if (item.refersBack) writer.add('LATERAL ')
  const [first] = item.calls
  if (first?.xmlTable !== undefined) return printXmlTable(first.args, first.xmlTable, printer)
  const several = item.calls.length > 1
  const isUnnest = several && item.calls.every(isPlainUnnest)
  if (isUnnest) {
    printer.named(
      'UNNEST',
      item.calls.flatMap((call) => call.args),
    )
  } else {
    if (several) writer.add('ROWS FROM(')
    for (const [i, call] of item.calls.entries()) {
      if (i > 0) writer.add(', ')
      if (call.function === null) printScalar(call.args[0] as Expr, printer)
      else printer.named(quoteIdentifier(call.function.name), call.args)
      if (several && isDefined(call)) writer.add(` AS ${columnDefinitions(item, call)}`)
    }
    if (several) writer.add(')')
  }
  if (item.ordinality !== null) writer.add(' WITH ORDINALITY')
}

/** An expression in the place of a function's call: what is none is written as a cast. */
const printScalar = (expr: Expr, printer: ExpressionPrinter): void => {
  const isWord = expr.syntax !== undefined && expr.syntax !== 'cast' && expr.syntax !== 'sql'
  const isCall = isWord || (expr.kind === 'call' ? expr.operator === null && !expr.cast : CALLS.has(expr.kind))
  if (isCall) return printer.print(expr, true)
  printer.writer.add('CAST(')
  printer.print(expr, false)
  printer.writer.add(` AS ${formatType(expr.type, expr.typmod)})`)
}

/** What else is written as a call. */
const CALLS: ReadonlySet<Expr['kind']> = new Set(['coalesce', 'greatest', 'least', 'nullif'])

const isPlainUnnest = (call: FunctionCall): boolean => call.function?.name === 'unnest' && !isDefined(call)

/** Whether the query says which columns the call's records have. */
const isDefined = (call: FunctionCall): boolean => call.defined === true

const columnDefinitions = (item: FunctionItem, call: FunctionCall): string => {
  const fields = (call.record ?? []).map(({ name, type, typmod = -1 }, i) => {
    const shown = item.calls.length > 1 ? name : (item.columns[i]?.name ?? name)
    return `${quoteIdentifier(shown)} ${formatType(type, typmod)}`
  })
  return `(${fields.join(', ')})`
}

/** What follows the alias of an entry: definitions of a record's columns; null where names of columns do. */
export const definitionsOf = (item: FunctionItem): string | null => {
  const [first, ...others] = item.calls
  return first !== undefined && others.length === 0 && isDefined(first) ? columnDefinitions(item, first) : null
}

/** Columns under names that differ: functions side by side may each have one of the same name. */
export const distinctColumns = (columns: readonly OutputColumn[]): readonly OutputColumn[] => {
  const names = new Set<string>()
  return columns.map((column) => {
    let { name } = column
    for (let i = 1; names.has(name); i++) name = `${column.name}_${i}`
    names.add(name)
    return name === column.name ? column : { ...column, name }
  })
}

const printXmlTable = (
  args: readonly Expr[],
  { namespaces, columns }: XmlTableSyntax,
  printer: ExpressionPrinter,
): void => {
  const { writer } = printer
  const print = (at: number): void => printer.print(args[at] as Expr, true)
  const inParentheses = (at: number): void => {
    writer.add('(')
    print(at)
    writer.add(')')
  }
  writer.add('XMLTABLE(')
  if (namespaces.length > 0) {
    writer.add('XMLNAMESPACES (')
    for (const [i, name] of namespaces.entries()) {
      writer.add(`${i === 0 ? '' : ', '}${name === null ? 'DEFAULT ' : ''}`)
      print(XML_TABLE_ARGUMENTS.namespaces + i)
      if (name !== null) writer.add(` AS ${quoteIdentifier(name)}`)
    }
    writer.add('), ')
  }
  inParentheses(XML_TABLE_ARGUMENTS.path)
  writer.add(' PASSING ')
  inParentheses(XML_TABLE_ARGUMENTS.document)
  writer.add(' COLUMNS ')
  for (const [i, column] of columns.entries()) {
    writer.add(`${i === 0 ? '' : ', '}${quoteIdentifier(column.name)} `)
    writer.add(column.isOrdinality ? 'FOR ORDINALITY' : formatType(column.type, column.typmod))
    if (column.fallback !== null) {
      writer.add(' DEFAULT ')
      inParentheses(column.fallback)
    }
    if (column.path !== null) {
      writer.add(' PATH ')
      inParentheses(column.path)
    }
    if (column.isNotNull) writer.add(' NOT NULL')
  }
  writer.add(')')
}
