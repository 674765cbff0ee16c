/** Prints what rows are sorted, grouped and told apart by. */
import type { ConstExpr, Expr, SortKey } from './expression.ts'
import { type ExpressionPrinter, sortOptions } from './print-expression.ts'
import type { OutputColumn } from './query.ts'

/** Items of ORDER BY, GROUP BY and DISTINCT ON: columns as they are, all else so that it is no output's name. */
const printSortItem = (expr: Expr, printer: ExpressionPrinter): void => {
  const called = (expr.kind === 'call' && expr.operator === null) || expr.kind === 'aggregate' || expr.kind === 'window'
  const isName = expr.kind === 'column' || expr.kind === 'const' || printer.wholeRow(expr) !== null
  const grouped = !isName && (printer.names.pretty || called)
  if (expr.kind === 'const') return printer.constant(expr as ConstExpr, 'always')
  if (grouped) printer.writer.add('(')
  printer.print(expr, true)
  if (grouped) printer.writer.add(')')
}

export const printSortItems = (exprs: readonly Expr[], printer: ExpressionPrinter): void => {
  for (const [i, expr] of exprs.entries()) {
    if (i > 0) printer.writer.add(', ')
    printSortItem(expr, printer)
  }
}

/** `outputs`: columns that are named by number. */
export const printSortKey = (
  key: SortKey,
  outputs: readonly OutputColumn[] | null,
  printer: ExpressionPrinter,
): void => {
  const { expr } = key
  const number = outputs?.findIndex(({ id }) => expr.kind === 'column' && expr.id === id) ?? -1
  if (number >= 0) printer.writer.add(String(number + 1))
  else printSortItem(expr, printer)
  printer.writer.add(sortOptions(key))
}
