/**
 * Typed expressions as SQL, the way PostgreSQL's catalogs show them: implied casts written out, constants with their
 * types, every operator in parentheses unless the pretty form is asked for.
 */
import { quoteIdentifier } from '../functions/keywords.ts'
import { directArguments, type OperatorRecord } from '../functions/records.ts'
import { OID } from '../types/oids.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import type {
  AggregateExpr,
  ArrayComparisonExpr,
  CallExpr,
  CaseExpr,
  ColumnExpr,
  ConstExpr,
  Expr,
  SortKey,
  SubqueryExpr,
  WindowExpr,
} from './expression.ts'
import { isSimple } from './print-parentheses.ts'
import { printSqlCall } from './print-sql-call.ts'
import { SqlWriter } from './print-writer.ts'
import type { Query } from './query.ts'

/** How names are written, and whether parentheses that change nothing are left out. */
export interface PrintNames {
  readonly pretty: boolean
  readonly format: FormatContext
  column(column: ColumnExpr): string
  /** A type with its typmod. */
  type(type: SqlType, typmod: number): string
  /** A subquery, written at the writer's indentation. */
  query(query: Query, writer: SqlWriter): void
  /** `(PARTITION BY …)` or the name of a window of the query. */
  window(window: number, printer: ExpressionPrinter): void
}

/** An expression alone on its line. */
export const printExpression = (expr: Expr, names: PrintNames): string => {
  const writer = new SqlWriter()
  new ExpressionPrinter(names, writer).print(expr, false)
  return writer.text
}

const CASE_INDENT = 4

export class ExpressionPrinter {
  readonly names: PrintNames
  readonly writer: SqlWriter

  constructor(names: PrintNames, writer: SqlWriter) {
    this.names = names
    this.writer = writer
  }

  /** `implied`: casts that were not written are shown, too. */
  print(expr: Expr, implied: boolean): void {
    const { writer } = this
    if (expr.syntax !== undefined && expr.syntax !== 'cast' && expr.syntax !== 'sql') return writer.add(expr.syntax)
    switch (expr.kind) {
      case 'const':
        return this.constant(implied ? expr : (expr.unfitted ?? expr), 'needed')
      case 'param':
        return writer.add(`$${expr.index}`)
      case 'column':
        return writer.add(this.names.column(expr))
      case 'call':
        return this.#call(expr, implied)
      case 'assign':
        return this.print(expr.value, implied)
      case 'relabel':
        if (expr.collate !== undefined) return this.#collated(expr.arg, expr.collate.collation.name)
        if (expr.type.oid === expr.arg.type.oid || expr.type.oid === OID.record) return this.print(expr.arg, implied)
        return implied || expr.syntax === 'cast'
          ? this.#cast(expr.arg, expr.type, expr.typmod, expr)
          : this.print(expr.arg, false)
      case 'coerce-io':
      case 'coerce-domain':
      case 'array-coerce':
        return implied || expr.syntax === 'cast'
          ? this.#cast(expr.arg, expr.type, expr.typmod, expr)
          : this.print(expr.arg, false)
      case 'typmod':
        if (!expr.explicit && !implied) return this.print(expr.arg, false)
        return this.#cast(castArgument(expr.arg, expr.type), expr.type, expr.typmod, expr)
      case 'element-value':
        return writer.add('VALUE')
      case 'and':
      case 'or':
        return this.#grouped(() => this.#joined(expr.args, expr.kind === 'and' ? ' AND ' : ' OR ', expr))
      case 'not':
        return this.#grouped(() => {
          writer.add('NOT ')
          this.operand(expr.arg, false, expr)
        })
      case 'is-null':
        return this.#test(expr.arg, expr, expr.negated, 'NULL')
      case 'bool-test':
        return this.#test(expr.arg, expr, expr.negated, expr.test.toUpperCase())
      case 'distinct':
        return this.#binary(expr.left, `IS ${expr.negated ? 'NOT ' : ''}DISTINCT FROM`, expr.right, expr)
      case 'case':
        return expr.whole === true ? this.print(expr.otherwise, implied) : this.#case(expr)
      case 'coalesce':
      case 'greatest':
      case 'least':
        return this.named(expr.kind.toUpperCase(), expr.args)
      case 'nullif':
        return this.named('NULLIF', [expr.left, expr.right])
      case 'array-comparison':
        return this.#arrayComparison(expr)
      case 'array':
        writer.add('ARRAY[')
        this.list(expr.elements, true)
        return writer.add(expr.elements.length === 0 ? `]::${this.names.type(expr.type, -1)}` : ']')
      case 'subscript':
        return this.#subscript(expr)
      case 'row': {
        const whole = this.wholeRow(expr)
        if (whole !== null) return writer.add(whole)
        writer.add('ROW(')
        this.items(expr.fields)
        return writer.add(')')
      }
      case 'row-compare': {
        writer.add('(ROW(')
        this.list(expr.left, true)
        writer.add(`) ${{ 1: '<', 2: '<=', 4: '>=', 5: '>' }[expr.strategy]} ROW(`)
        this.list(expr.right, true)
        return writer.add('))')
      }
      case 'field':
        writer.add('(')
        this.print(expr.arg, true)
        return writer.add(`).${quoteIdentifier(fieldName(expr.arg.type, expr.field))}`)
      case 'subquery':
        return this.#subquery(expr)
      case 'aggregate':
        return this.#aggregate(expr)
      case 'window':
        return this.#window(expr)
      case 'set-call':
        return this.named(quoteIdentifier(expr.function.name), expr.args)
      case 'grouping':
        return this.named('GROUPING', expr.args)
    }
  }

  /** In parentheses where the pretty form needs them; the other form has them round every operator already. */
  operand(expr: Expr, implied: boolean, parent: Expr): void {
    const parentheses = this.names.pretty && !isSimple(expr, parent)
    if (parentheses) this.writer.add('(')
    this.print(expr, implied)
    if (parentheses) this.writer.add(')')
  }

  list(exprs: readonly Expr[], implied: boolean): void {
    for (const [i, expr] of exprs.entries()) {
      if (i > 0) this.writer.add(', ')
      this.print(expr, implied)
    }
  }

  /** Items of a list in which `t.*` alone would be all columns: of a select list, ROW(…), VALUES. */
  items(exprs: readonly Expr[]): void {
    for (const [i, expr] of exprs.entries()) {
      if (i > 0) this.writer.add(', ')
      this.item(expr, true)
    }
  }

  item(expr: Expr, implied: boolean): void {
    this.print(expr, implied)
    if (this.wholeRow(expr) !== null) this.writer.add(`::${this.names.type(expr.type, -1)}`)
  }

  /** `t.*` for the whole row of a FROM entry; null for other expressions. */
  wholeRow(expr: Expr): string | null {
    if (expr.kind === 'case' && expr.whole === true) return this.wholeRow(expr.otherwise)
    const [first] = expr.kind === 'row' && expr.whole === true ? expr.fields : []
    if (first?.kind !== 'column') return null
    const alias = /^("(?:[^"]|"")*"|[^".]+)\./.exec(this.names.column(first))
    return alias === null ? null : `${alias[1]}.*`
  }

  /** `name(a, b)`. */
  named(name: string, args: readonly Expr[]): void {
    this.writer.add(`${name}(`)
    this.list(args, true)
    this.writer.add(')')
  }

  sortKeys(keys: readonly SortKey[]): void {
    for (const [i, key] of keys.entries()) {
      if (i > 0) this.writer.add(', ')
      this.print(key.expr, true)
      this.writer.add(sortOptions(key))
    }
  }

  constant(expr: ConstExpr, label: 'needed' | 'never' | 'always'): void {
    this.writer.add(constantText(expr, label, this.names))
  }

  #grouped(write: () => void): void {
    if (!this.names.pretty) this.writer.add('(')
    write()
    if (!this.names.pretty) this.writer.add(')')
  }

  #joined(args: readonly Expr[], separator: string, parent: Expr): void {
    for (const [i, arg] of args.entries()) {
      if (i > 0) this.writer.add(separator)
      this.operand(arg, false, parent)
    }
  }

  #test(arg: Expr, parent: Expr, negated: boolean, what: string): void {
    this.#grouped(() => {
      this.operand(arg, true, parent)
      this.writer.add(` IS ${negated ? 'NOT ' : ''}${what}`)
    })
  }

  #binary(left: Expr, symbol: string, right: Expr, parent: Expr): void {
    this.#grouped(() => {
      this.operand(left, true, parent)
      this.writer.add(` ${symbol} `)
      this.operand(right, true, parent)
    })
  }

  #call(expr: CallExpr, implied: boolean): void {
    const [first, second] = expr.args
    if (expr.operator !== null && first !== undefined) {
      if (second !== undefined) return this.#binary(first, expr.operator.name, second, expr)
      return this.#grouped(() => {
        this.writer.add(`${(expr.operator as OperatorRecord).name} `)
        this.operand(first, true, expr)
      })
    }
    if (expr.cast && first !== undefined) {
      if (!implied && expr.syntax !== 'cast') return this.operand(first, false, expr)
      const typmod = second?.kind === 'const' ? (second.value as number) : -1
      return this.#cast(first, expr.type, typmod, expr)
    }
    if (expr.syntax === 'sql' && printSqlCall(expr, this)) return
    const last = expr.args.at(-1)
    const spread = expr.function.variadic !== undefined && last?.kind === 'array'
    this.named(quoteIdentifier(expr.function.name), spread ? [...expr.args.slice(0, -1), ...last.elements] : expr.args)
  }

  #cast(arg: Expr, type: SqlType, typmod: number, parent: Expr): void {
    if (arg.kind === 'const' && arg.type.oid === type.oid && arg.typmod < 0) this.constant(arg, 'never')
    else {
      if (!this.names.pretty) this.writer.add('(')
      this.operand(arg, false, parent)
      if (!this.names.pretty) this.writer.add(')')
    }
    this.writer.add(`::${this.names.type(type, typmod)}`)
  }

  #case(expr: CaseExpr): void {
    const { writer } = this
    writer.line('CASE', 0, CASE_INDENT)
    for (const { when, then } of expr.whens) {
      writer.line('WHEN ', 0, 0)
      this.print(when, false)
      writer.add(' THEN ')
      this.print(then, true)
    }
    writer.line('ELSE ', 0, 0)
    this.print(expr.otherwise, true)
    writer.line('END', -CASE_INDENT, 0)
  }

  #arrayComparison(expr: ArrayComparisonExpr): void {
    const only = expr.list?.length === 1 ? expr.list[0] : undefined
    if (only !== undefined) return this.#binary(expr.left, expr.operator.name, only, expr)
    this.#grouped(() => {
      this.operand(expr.left, true, expr)
      this.writer.add(` ${expr.operator.name} ${expr.quantifier.toUpperCase()} (`)
      if (expr.array !== null) this.#arrayOperand(expr.array, expr)
      else this.#inList(expr.left, expr.list ?? [])
      this.writer.add(')')
    })
  }

  /** A query that gives an array is cast, or it would be read as one that gives elements. */
  #arrayOperand(array: Expr, parent: Expr): void {
    this.operand(array, true, parent)
    if (array.kind === 'subquery') this.writer.add(`::${this.names.type(array.type, array.typmod)}`)
  }

  /** Where the left side was made text, so was the array as a whole, not each of its elements. */
  #inList(left: Expr, list: readonly Expr[]): void {
    const original = left.kind === 'relabel' && left.syntax === undefined ? left.arg.type : null
    const relabelled = original !== null && list.every((e) => e.kind === 'const')
    const elements = relabelled ? list.map((e): Expr => ({ ...e, type: original })) : list
    const cast = relabelled ? `::${this.names.type(left.type, -1)}[]` : ''
    if (cast !== '' && !this.names.pretty) this.writer.add('(')
    this.writer.add('ARRAY[')
    this.list(elements, true)
    this.writer.add(']')
    if (cast !== '' && !this.names.pretty) this.writer.add(')')
    this.writer.add(cast)
  }

  #collated(arg: Expr, collation: string): void {
    this.writer.add('(')
    this.print(arg, true)
    this.writer.add(` COLLATE ${quoteIdentifier(collation)})`)
  }

  #subscript(expr: Expr & { kind: 'subscript' }): void {
    const plain = expr.arg.kind === 'column' || expr.arg.kind === 'subscript'
    if (!plain) this.writer.add('(')
    this.print(expr.arg, true)
    if (!plain) this.writer.add(')')
    for (const { lower, upper, slice } of expr.indices) {
      this.writer.add('[')
      if (slice && lower !== null) this.print(lower, false)
      if (slice) this.writer.add(':')
      if (upper !== null) this.print(upper, false)
      this.writer.add(']')
    }
  }

  #subquery({ form, query, test }: SubqueryExpr): void {
    const { writer } = this
    const grouped = form === 'exists' || form === 'any' || form === 'all'
    if (form === 'array') writer.add('ARRAY')
    else if (grouped) writer.add('(')
    if (form === 'exists') writer.add('EXISTS ')
    if (test !== null && test.kind === 'call') {
      const [left] = test.args
      if (left !== undefined) this.operand(left, true, test)
      const symbol = test.operator?.name ?? '='
      writer.add(form === 'any' && symbol === '=' ? ' IN ' : ` ${symbol} ${form.toUpperCase()} `)
    }
    writer.add('(')
    this.names.query(query, writer)
    writer.add(grouped ? '))' : ')')
  }

  #aggregate(expr: AggregateExpr): void {
    const { writer } = this
    writer.add(`${quoteIdentifier(expr.function.name)}(${expr.distinct ? 'DISTINCT ' : ''}`)
    const directArgs = directArguments(expr.function, expr.args.length)
    this.list(directArgs === undefined ? expr.args : expr.args.slice(0, directArgs), true)
    if (expr.star) writer.add('*')
    if (directArgs !== undefined) writer.add(') WITHIN GROUP (ORDER BY ')
    else if (expr.orderBy.length > 0) writer.add(' ORDER BY ')
    this.sortKeys(expr.orderBy)
    writer.add(')')
    this.#filter(expr.filter)
  }

  #window(expr: WindowExpr): void {
    this.writer.add(`${quoteIdentifier(expr.function.name)}(`)
    this.list(expr.args, true)
    this.writer.add(expr.star ? '*)' : ')')
    this.#filter(expr.filter)
    this.writer.add(' OVER ')
    this.names.window(expr.window, this)
  }

  #filter(filter: Expr | null): void {
    if (filter === null) return
    this.writer.add(' FILTER (WHERE ')
    this.print(filter, false)
    this.writer.add(')')
  }
}

export const sortOptions = ({ descending, nullsFirst }: SortKey): string =>
  descending ? (nullsFirst ? ' DESC' : ' DESC NULLS LAST') : nullsFirst ? ' NULLS FIRST' : ''

/** What a cast with a length is applied to: the cast to the same type that it implies is not shown. */
const castArgument = (arg: Expr, type: SqlType): Expr => {
  if (arg.type.oid !== type.oid) return arg
  if (arg.kind === 'relabel' || arg.kind === 'coerce-io') return arg.arg
  return arg.kind === 'call' && arg.cast ? (arg.args[0] as Expr) : arg
}

const fieldName = (type: SqlType, field: number): string =>
  'fields' in type ? ((type.fields as () => { name: string }[])()[field]?.name ?? '') : `f${field + 1}`

/** Types whose constants say what they are without a label. */
const UNLABELLED = new Set<number>([OID.bool, OID.unknown])
const INTEGER = /^-?\d+$/
const NUMBER = /^-?[\d.]+(e[+-]?\d+)?$/i

const constantText = (expr: ConstExpr, label: 'needed' | 'never' | 'always', names: PrintNames): string => {
  const { type, typmod, value } = expr
  const labelled = `::${names.type(type, typmod)}`
  if (value === null) return label === 'never' ? 'NULL' : `NULL${labelled}`
  const text = type.format(value, names.format)
  const plain = type.oid === OID.bool || ((type.oid === OID.int4 || type.oid === OID.numeric) && NUMBER.test(text))
  const written = type.oid === OID.bool ? (value === true ? 'true' : 'false') : text
  const negative = plain && written.startsWith('-')
  const literal = plain && !negative ? written : `'${written.replaceAll("'", "''")}'`
  const needed =
    type.oid === OID.int4
      ? negative
      : type.oid === OID.numeric
        ? negative || INTEGER.test(text) || typmod >= 0 || !plain
        : !UNLABELLED.has(type.oid)
  return label === 'always' || (label === 'needed' && needed) ? literal + labelled : literal
}
