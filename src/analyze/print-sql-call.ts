/** Calls that were written in SQL's own syntax and are shown in it again. */
import type { CallExpr, Expr } from './expression.ts'
import type { ExpressionPrinter } from './print-expression.ts'

/** Words before the arguments, between them, and after the last. */
type Template = (args: readonly Expr[]) => readonly (string | Expr)[] | null

const first = (args: readonly Expr[]): Expr => args[0] as Expr

const between =
  (name: string, ...words: string[]): Template =>
  (args) => [`${name}(`, ...args.flatMap((arg, i) => (i === 0 ? [arg] : [` ${words[i - 1] as string} `, arg])), ')']

const trim =
  (side: string): Template =>
  (args) =>
    args.length === 2
      ? [`TRIM(${side} `, args[1] as Expr, ' FROM ', first(args), ')']
      : [`TRIM(${side} FROM `, first(args), ')']

const TEMPLATES: Readonly<Record<string, Template>> = {
  extract: (args) => {
    const [field, source] = args
    return field?.kind === 'const' && source !== undefined
      ? [`EXTRACT(${field.value as string} FROM `, source, ')']
      : null
  },
  timezone: (args) => ['(', args[1] as Expr, ' AT TIME ZONE ', first(args), ')'],
  substring: between('SUBSTRING', 'FROM', 'FOR'),
  overlay: between('OVERLAY', 'PLACING', 'FROM', 'FOR'),
  position: (args) => ['POSITION((', args[1] as Expr, ') IN (', first(args), '))'],
  btrim: trim('BOTH'),
  ltrim: trim('LEADING'),
  rtrim: trim('TRAILING'),
}

/** Whether the call has such a form; if so it was printed. */
export const printSqlCall = (expr: CallExpr, printer: ExpressionPrinter): boolean => {
  const parts =
    expr.function.form?.map((part) => (typeof part === 'number' ? (expr.args[part] as Expr) : part)) ??
    TEMPLATES[expr.function.name]?.(expr.args) ??
    null
  if (parts === null) return false
  for (const part of parts) {
    if (typeof part === 'string') printer.writer.add(part)
    else printer.print(part, false)
  }
  return true
}
