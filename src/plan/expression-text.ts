/** Expressions as PostgreSQL prints them in plans: every operator in parentheses, constants with their types. */
import { quoteIdentifier } from '../functions/keywords.ts'
import type { AggregateExpr, ColumnId, ConstExpr, Expr, SortKey } from '../analyze/expression.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'

/** How expressions name columns and write constants. */
export interface ExpressionNames {
  /** A column's text by its id. */
  column(id: ColumnId, name: string): string
  readonly format: FormatContext
}

export const expressionText = (expr: Expr, names: ExpressionNames): string => {
  const text = (e: Expr): string => expressionText(e, names)
  const list = (exprs: readonly Expr[]): string => exprs.map(text).join(', ')
  switch (expr.kind) {
    case 'const':
      return constantText(expr, names.format)
    case 'param':
      return `$${expr.index}`
    case 'column':
      return names.column(expr.id, expr.name)
    case 'call':
      return callText(expr, names)
    case 'assign':
      return text(expr.value)
    case 'relabel':
      if (expr.collate !== undefined)
        return `(${text(expr.arg)} COLLATE ${quoteIdentifier(expr.collate.collation.name)})`
      return expr.type.oid === expr.arg.type.oid
        ? text(expr.arg)
        : castText(text(expr.arg), expr.arg, expr.type, expr.typmod)
    case 'coerce-io':
    case 'coerce-domain':
      return castText(text(expr.arg), expr.arg, expr.type, expr.typmod)
    case 'typmod':
      return castText(text(expr.arg), expr.arg, expr.type, expr.typmod)
    case 'array-coerce':
      return castText(text(expr.arg), expr.arg, expr.type, expr.typmod)
    case 'element-value':
      return 'VALUE'
    case 'and':
    case 'or':
      return `(${expr.args.map(text).join(expr.kind === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return `(NOT ${text(expr.arg)})`
    case 'is-null':
      return `(${text(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}NULL)`
    case 'bool-test':
      return `(${text(expr.arg)} IS ${expr.negated ? 'NOT ' : ''}${expr.test.toUpperCase()})`
    case 'distinct':
      return `(${text(expr.left)} IS ${expr.negated ? 'NOT ' : ''}DISTINCT FROM ${text(expr.right)})`
    case 'case': {
      const whens = expr.whens.map(({ when, then }) => ` WHEN ${text(when)} THEN ${text(then)}`).join('')
      return `CASE${whens} ELSE ${text(expr.otherwise)} END`
    }
    case 'coalesce':
      return `COALESCE(${list(expr.args)})`
    case 'greatest':
    case 'least':
      return `${expr.kind.toUpperCase()}(${list(expr.args)})`
    case 'nullif':
      return `NULLIF(${text(expr.left)}, ${text(expr.right)})`
    case 'array-comparison': {
      const quantifier = expr.quantifier.toUpperCase()
      const array = expr.list === null ? text(expr.array as Expr) : arrayText(expr.list, names)
      return `(${text(expr.left)} ${expr.operator.name} ${quantifier} (${array}))`
    }
    case 'array':
      return `ARRAY[${list(expr.elements)}]`
    case 'subscript': {
      const indices = expr.indices.map(({ lower, upper, slice }) => {
        const to = upper === null ? '' : text(upper)
        return slice ? `[${lower === null ? '' : text(lower)}:${to}]` : `[${to}]`
      })
      return `${expr.arg.kind === 'column' ? text(expr.arg) : `(${text(expr.arg)})`}${indices.join('')}`
    }
    case 'row':
      return `ROW(${list(expr.fields)})`
    case 'row-compare': {
      const operator = { 1: '<', 2: '<=', 4: '>=', 5: '>' }[expr.strategy]
      return `(ROW(${list(expr.left)}) ${operator} ROW(${list(expr.right)}))`
    }
    case 'field':
      return `(${text(expr.arg)}).f${expr.field + 1}`
    case 'subquery':
      return `(SubPlan)`
    case 'aggregate':
      return aggregateText(expr, names)
    case 'window':
      return `${expr.function.name}(${expr.star ? '*' : list(expr.args)}) OVER (?)`
    case 'set-call':
      return `${expr.function.name}(${list(expr.args)})`
    case 'grouping':
      return `GROUPING(${list(expr.args)})`
  }
}

/** Types whose literals need no quotes: integers, and numerics that show a decimal point. */
const constantText = ({ value, type, typmod }: ConstExpr, format: FormatContext): string => {
  if (value === null) return `NULL::${formatType(type, typmod)}`
  if (type.oid === OID.bool) return value ? 'true' : 'false'
  const text = type.format(value, format)
  if (type.oid === OID.int4 && !text.startsWith('-')) return text
  if (type.oid === OID.numeric && /^\d+\.\d+$/.test(text)) return text
  return `${quoted(text)}::${formatType(type, typmod)}`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const castText = (text: string, arg: Expr, type: SqlType, typmod: number): string => {
  const whole = arg.kind === 'call' && arg.operator !== null && !arg.cast ? text : `(${text})`
  return `${whole}::${formatType(type, typmod)}`
}

const callText = (expr: Expr & { kind: 'call' }, names: ExpressionNames): string => {
  const args = expr.args.map((arg) => expressionText(arg, names))
  if (expr.operator !== null) {
    const { name } = expr.operator
    return args.length === 1 ? `(${name} ${args[0]})` : `(${args[0]} ${name} ${args[1]})`
  }
  const [first] = expr.args
  if (expr.cast && first !== undefined) return castText(args[0] as string, first, expr.type, expr.typmod)
  return `${expr.function.name}(${args.join(', ')})`
}

/** IN lists of constants print as one array constant. */
const arrayText = (items: readonly Expr[], names: ExpressionNames): string => {
  const [first] = items
  if (first === undefined || !items.every((item) => item.kind === 'const')) {
    return `ARRAY[${items.map((item) => expressionText(item, names)).join(', ')}]`
  }
  const elements = items.map(({ value, type }) => {
    if (value === null) return 'NULL'
    const text = type.format(value, names.format)
    return text === '' || /[\s{}",\\]/.test(text) || /^null$/i.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
  })
  return `${quoted(`{${elements.join(',')}}`)}::${formatType(first.type, -1)}[]`
}

const aggregateText = (expr: AggregateExpr, names: ExpressionNames): string => {
  const args = expr.star ? '*' : expr.args.map((arg) => expressionText(arg, names)).join(', ')
  const order =
    expr.orderBy.length === 0 ? '' : ` ORDER BY ${expr.orderBy.map((k) => sortKeyText(k, names)).join(', ')}`
  const filter = expr.filter === null ? '' : ` FILTER (WHERE ${expressionText(expr.filter, names)})`
  return `${expr.function.name}(${expr.distinct ? 'DISTINCT ' : ''}${args}${order})${filter}`
}

/** `a COLLATE "C" DESC NULLS LAST`: what differs from the default is said. */
export const sortKeyText = ({ expr, descending, nullsFirst }: SortKey, names: ExpressionNames): string => {
  const nulls = nullsFirst === descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'
  const { collated } = expr.type
  const text = expressionText(expr, names)
  const collation = collated === undefined ? '' : ` COLLATE ${quoteIdentifier(collated.name)}`
  // A COLLATE clause that was written says it already, in parentheses.
  const key = collation !== '' && text.endsWith(`${collation})`) ? text.slice(1, -1) : text + collation
  return `${key}${descending ? ' DESC' : ''}${nulls}`
}
