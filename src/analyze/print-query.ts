/** Typed queries as SQL, laid out the way PostgreSQL shows the queries of views. */
import type { RelationObject } from '../catalog/objects.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import type { ColumnId, Expr } from './expression.ts'
import { printGroupingItems } from './print-grouping-sets.ts'
import { definitionsOf, distinctColumns, printFunctions } from './print-functions.ts'
import { ExpressionPrinter } from './print-expression.ts'
import { printSortItems, printSortKey } from './print-sort-items.ts'
import { printWindow } from './print-windows.ts'
import { SqlWriter } from './print-writer.ts'
import type {
  Cte,
  FromItem,
  FunctionItem,
  Grouping,
  JoinItem,
  OutputColumn,
  Query,
  SelectQuery,
  SetOperationQuery,
  SubqueryItem,
  TableItem,
  ValuesQuery,
  RecursiveCte,
  WindowSpec,
} from './query.ts'

export interface QueryNames {
  readonly pretty: boolean
  readonly format: FormatContext
  type(type: SqlType, typmod: number): string
  relation(relation: RelationObject): string
}

/** Blanks that clauses are set in by. */
const CLAUSE_INDENT = 8
const JOIN_INDENT = 4
const ITEM_INDENT = 4

/** A view's query; `columns` are the view's own names of its outputs. */
export const printQuery = (query: Query, columns: readonly string[], names: QueryNames): string => {
  const writer = new SqlWriter()
  new QueryPrinter(names, new Map()).query(query, writer, columns)
  return writer.text
}

/** A query in an expression over a row of a table (`around`), whose columns it names by the table's name. */
export const printInnerQuery = (query: Query, writer: SqlWriter, names: QueryNames, around: TableItem): void => {
  const columns: ColumnTexts = new Map(
    around.columns.map(({ id, name }) => [id, `${quoteIdentifier(around.alias)}.${quoteIdentifier(name)}`]),
  )
  new QueryPrinter(names, columns, new Set([around.alias])).query(query, writer, null, false)
}

/** `(a, b)` after an alias. */
const namedFields = (columns: readonly { readonly name: string }[]): string =>
  `(${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})`

/** Texts of columns by id; ids are unique in a statement, so inner queries find the outer ones' columns. */
type ColumnTexts = Map<ColumnId, string>

class QueryPrinter {
  readonly #names: QueryNames
  readonly #columns: ColumnTexts
  /** Aliases in use here and in the queries around: no item may hide another. */
  readonly #aliases: Set<string>
  readonly #aliasOf = new Map<FromItem, string>()
  #windows: readonly WindowSpec[] = []

  constructor(names: QueryNames, columns: ColumnTexts, outer: ReadonlySet<string> = new Set()) {
    this.#names = names
    this.#columns = columns
    this.#aliases = new Set(outer)
  }

  query(query: Query, writer: SqlWriter, names: readonly string[] | null = null, named = true): void {
    if (query.ctes.length > 0) this.#with(query.ctes, writer)
    switch (query.kind) {
      case 'select':
        return this.#select(query, writer, names, named)
      case 'values':
        return this.#values(query, writer, names)
      case 'set-operation':
        return this.#setOperation(query, writer, names)
    }
  }

  /** `named`: its columns can be named, so that each has to say its name. */
  #inner(query: Query, writer: SqlWriter, named = true): void {
    const nested = new SqlWriter(writer.indentation)
    new QueryPrinter(this.#names, this.#columns, this.#aliases).query(query, nested, null, named)
    writer.add(nested.text)
  }

  #expressions(writer: SqlWriter): ExpressionPrinter {
    const { pretty, format, type } = this.#names
    return new ExpressionPrinter(
      {
        pretty,
        format,
        type,
        column: ({ id, name }) => this.#columns.get(id) ?? quoteIdentifier(name),
        query: (query, target) => this.#inner(query, target, false),
        window: (window, printer) => printWindow(this.#windows[window] as WindowSpec, printer),
      },
      writer,
    )
  }

  #with(ctes: readonly Cte[], writer: SqlWriter): void {
    writer.indentation += CLAUSE_INDENT
    writer.add(ctes.some((cte) => cte.recursive !== null) ? ' WITH RECURSIVE ' : ' WITH ')
    for (const [i, cte] of ctes.entries()) {
      if (i > 0) writer.add(', ')
      const list = cte.renames ? namedFields(cte.columns.slice(0, cte.query.outputs.length)) : ''
      const materialized = { always: 'MATERIALIZED ', never: 'NOT MATERIALIZED ', default: '' }[cte.materialized]
      writer.add(`${quoteIdentifier(cte.name)}${list} AS ${materialized}(`)
      writer.line('', 0, 0)
      if (cte.recursive !== null) this.#inner(recursiveUnion(cte.recursive), writer)
      else if (cte.query.kind === 'select' || cte.query.kind === 'values' || cte.query.kind === 'set-operation') {
        this.#inner(cte.query, writer)
      }
      writer.line('', 0, 0)
      writer.add(')')
      if (cte.recursive !== null) this.#searchAndCycle(cte.recursive, writer)
    }
    writer.indentation -= CLAUSE_INDENT
    writer.line('', 0, 0)
  }

  #searchAndCycle({ written: { search, cycle } }: RecursiveCte, writer: SqlWriter): void {
    const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ')
    if (search !== null) {
      const order = search.breadthFirst ? 'BREADTH' : 'DEPTH'
      writer.add(` SEARCH ${order} FIRST BY ${list(search.columns)} SET ${quoteIdentifier(search.sequence)}`)
    }
    if (cycle === null) return
    const { value, otherwise } = cycle
    writer.add(` CYCLE ${list(cycle.columns)} SET ${quoteIdentifier(cycle.mark)}`)
    const isPlain =
      value.kind === 'const' && value.value === true && otherwise.kind === 'const' && otherwise.value === false
    if (!isPlain) {
      const printer = this.#expressions(writer)
      writer.add(' TO ')
      printer.print(value, false)
      writer.add(' DEFAULT ')
      printer.print(otherwise, false)
    }
    writer.add(` USING ${quoteIdentifier(cycle.path)}`)
  }

  #clause(writer: SqlWriter, text: string, extra: number): void {
    writer.line(text, -CLAUSE_INDENT, CLAUSE_INDENT, extra)
  }

  #select(query: SelectQuery, writer: SqlWriter, names: readonly string[] | null, named: boolean): void {
    this.#windows = query.windows
    for (const item of query.from) this.#learn(item)
    for (const { id, call } of query.carried ?? []) {
      const text = new SqlWriter(writer.indentation)
      this.#expressions(text).print(call, false)
      this.#columns.set(id, text.text)
    }
    writer.indentation += CLAUSE_INDENT
    const printer = this.#expressions(writer)
    writer.add(' SELECT')
    if (query.distinct === 'all') writer.add(' DISTINCT')
    else if (query.distinct !== 'none') {
      writer.add(' DISTINCT ON (')
      printSortItems(query.distinct, printer)
      writer.add(')')
    }
    this.#targets(query, printer, names, named)
    for (const [i, item] of query.from.entries()) {
      if (i === 0) this.#clause(writer, ' FROM ', 2)
      else {
        writer.add(', ')
        this.#clause(writer, '', ITEM_INDENT)
      }
      this.#from(item, writer)
    }
    if (query.where !== null) {
      this.#clause(writer, ' WHERE ', 1)
      printer.print(query.where, false)
    }
    if (query.grouping !== null) this.#grouping(query.grouping, printer)
    if (query.having !== null) {
      this.#clause(writer, ' HAVING ', 0)
      printer.print(query.having, false)
    }
    this.#tail(query, printer, null)
    writer.indentation -= CLAUSE_INDENT
  }

  #targets(
    { targets }: SelectQuery,
    printer: ExpressionPrinter,
    names: readonly string[] | null,
    named: boolean,
  ): void {
    const { writer } = printer
    const visible = targets.filter((target) => !target.hidden)
    for (const [i, { column, expr }] of visible.entries()) {
      if (i > 0) {
        writer.add(',')
        this.#clause(writer, '', ITEM_INDENT)
      } else writer.add(' ')
      const from = writer.text.length
      printer.item(expr, true)
      const text = writer.text.slice(from)
      const name = names?.[i] ?? column.name
      const quoted = quoteIdentifier(name)
      const shown =
        expr.kind === 'column' ? text.endsWith(`.${quoted}`) || text === quoted : !named && name === '?column?'
      if (!shown) writer.add(` AS ${quoted}`)
    }
  }

  #grouping({ exprs, written }: Grouping, printer: ExpressionPrinter): void {
    const { writer } = printer
    if (written === undefined) {
      if (exprs.length === 0) return
      this.#clause(writer, ' GROUP BY ', 1)
      return printSortItems(exprs, printer)
    }
    this.#clause(writer, written.distinct ? ' GROUP BY DISTINCT ' : ' GROUP BY ', 1)
    printGroupingItems(written.items, writer, (columns) =>
      printSortItems(
        columns.map((at) => exprs[at] as Expr),
        printer,
      ),
    )
  }

  /** ORDER BY, OFFSET and LIMIT; of a set operation's result the columns are named by number. */
  #tail(query: Query, printer: ExpressionPrinter, outputs: readonly OutputColumn[] | null): void {
    const { writer } = printer
    for (const [i, key] of query.orderBy.entries()) {
      if (i === 0) this.#clause(writer, ' ORDER BY ', 1)
      else writer.add(', ')
      printSortKey(key, outputs, printer)
    }
    if (query.offset !== null) {
      this.#clause(writer, ' OFFSET ', 0)
      printer.print(query.offset, false)
    }
    if (query.limit !== null) {
      this.#clause(writer, query.withTies ? ' FETCH FIRST ' : ' LIMIT ', 0)
      printer.print(query.limit, false)
      if (query.withTies) writer.add(' ROWS WITH TIES')
    }
  }

  /** Where the columns have other names than VALUES gives them, they are selected from it. */
  #values(query: ValuesQuery, writer: SqlWriter, names: readonly string[] | null): void {
    const renamed = names?.some((name, i) => name !== query.outputs[i]?.name) === true
    writer.indentation += CLAUSE_INDENT
    const printer = this.#expressions(writer)
    if (renamed) {
      writer.add(' SELECT ')
      for (const [i, { id, name }] of query.outputs.entries()) {
        if (i > 0) {
          writer.add(',')
          this.#clause(writer, '', ITEM_INDENT)
        }
        this.#columns.set(id, `"*VALUES*".${quoteIdentifier(name)}`)
        writer.add(`"*VALUES*".${quoteIdentifier(name)} AS ${quoteIdentifier(names[i] ?? name)}`)
      }
      this.#clause(writer, ' FROM ', 2)
      writer.add('(VALUES ')
    } else writer.add(' VALUES ')
    for (const [i, row] of query.rows.entries()) {
      writer.add(i > 0 ? ', (' : '(')
      for (const [at, expr] of row.entries()) {
        if (at > 0) writer.add(',')
        printer.item(expr, true)
      }
      writer.add(')')
    }
    if (renamed) writer.add(') "*VALUES*"')
    this.#tail(query, printer, renamed ? null : query.outputs)
    writer.indentation -= CLAUSE_INDENT
  }

  #setOperation(query: SetOperationQuery, writer: SqlWriter, names: readonly string[] | null): void {
    const shared = names ?? query.outputs.map(({ name }) => name)
    const nested = isUnlike(query.left, query)
    this.#operand(query.left, nested, writer, shared)
    if (nested) writer.add(' ')
    else writer.line('', 0, 0)
    writer.add(`${query.operation.toUpperCase()}${query.all ? ' ALL' : ''}`)
    writer.line('', 0, 0)
    this.#operand(query.right, query.right.kind === 'set-operation', writer, shared)
    if (query.orderBy.length === 0 && query.limit === null && query.offset === null) return
    writer.indentation += CLAUSE_INDENT
    this.#tail(query, this.#expressions(writer), query.outputs)
    writer.indentation -= CLAUSE_INDENT
  }

  #operand(query: Query, nested: boolean, writer: SqlWriter, names: readonly string[] | null): void {
    const grouped = nested || query.orderBy.length > 0 || query.limit !== null || query.offset !== null
    if (grouped) writer.add('(')
    if (nested) writer.line('', CLAUSE_INDENT, 0)
    this.query(query, writer, names)
    if (nested) writer.line('', -CLAUSE_INDENT, 0)
    if (grouped) writer.add(')')
  }

  /** Remembers what the item's columns are called. */
  #learn(item: FromItem): void {
    if (item.kind === 'join') {
      this.#learn(item.left)
      this.#learn(item.right)
      for (const { column } of item.merged) this.#columns.set(column.id, quoteIdentifier(column.name))
      return
    }
    const alias = quoteIdentifier(this.#freeAlias(item))
    const columns = item.kind === 'function' ? distinctColumns(item.columns) : item.columns
    for (const { id, name } of columns) this.#columns.set(id, `${alias}.${quoteIdentifier(name)}`)
  }

  #freeAlias(item: Exclude<FromItem, JoinItem>): string {
    let alias = item.alias
    for (let i = 1; this.#aliases.has(alias); i++) alias = `${item.alias}_${i}`
    this.#aliases.add(alias)
    this.#aliasOf.set(item, alias)
    return alias
  }

  #alias(item: Exclude<FromItem, JoinItem>): string {
    return this.#aliasOf.get(item) ?? item.alias
  }

  #sample({ sample }: TableItem, writer: SqlWriter): void {
    if (sample === null) return
    const printer = this.#expressions(writer)
    writer.add(` TABLESAMPLE ${sample.method} (`)
    printer.print(sample.percent, false)
    writer.add(')')
    if (sample.repeatable === null) return
    writer.add(' REPEATABLE (')
    printer.print(sample.repeatable, false)
    writer.add(')')
  }

  #from(item: FromItem, writer: SqlWriter): void {
    switch (item.kind) {
      case 'table':
        writer.add(this.#named(this.#names.relation(item.relation), item.relation.name, item, item.relation))
        return this.#sample(item, writer)
      case 'subquery': {
        if (item.view !== undefined) {
          return writer.add(this.#named(this.#names.relation(item.view), item.view.name, item, item.view))
        }
        writer.add(item.lateral ? 'LATERAL (' : '(')
        this.#inner(item.query, writer)
        const renamed = item.columns.some(({ name }, i) => name !== item.query.outputs[i]?.name)
        return writer.add(`) ${quoteIdentifier(this.#alias(item))}${renamed ? namedFields(item.columns) : ''}`)
      }
      case 'cte': {
        const name = quoteIdentifier(item.cte.name)
        return writer.add(this.#alias(item) === item.cte.name ? name : `${name} ${quoteIdentifier(this.#alias(item))}`)
      }
      case 'function':
        return this.#function(item, writer)
      case 'join':
        return this.#join(item, writer)
    }
  }

  #named(text: string, own: string, item: TableItem | SubqueryItem, of: RelationObject): string {
    const live = new Map(of.columns.map((column) => [column.attnum, column.name]))
    const renamed = item.columns.some(({ attnum, name }) => attnum > 0 && live.get(attnum) !== name)
    const alias = this.#alias(item) === own && !renamed ? '' : ` ${quoteIdentifier(this.#alias(item))}`
    return `${text}${alias}${renamed ? namedFields(item.columns) : ''}`
  }

  #function(item: FunctionItem, writer: SqlWriter): void {
    printFunctions(item, this.#expressions(writer))
    const alias = this.#alias(item)
    const definitions = definitionsOf(item)
    if (item.calls[0]?.xmlTable !== undefined) {
      // Other names of its columns are not shown.
      if (alias !== item.calls[0].function?.name) writer.add(` ${quoteIdentifier(alias)}`)
    } else writer.add(` ${quoteIdentifier(alias)}${definitions ?? namedFields(distinctColumns(item.columns))}`)
  }

  #join(item: JoinItem, writer: SqlWriter): void {
    const { pretty } = this.#names
    if (!pretty) writer.add('(')
    this.#from(item.left, writer)
    const conditional = item.condition !== null || item.using.length > 0
    const type = item.type === 'inner' ? (conditional ? '' : 'CROSS ') : `${item.type.toUpperCase()} `
    this.#clause(writer, ` ${type}JOIN `, JOIN_INDENT)
    const grouped = pretty && item.right.kind === 'join'
    if (grouped) writer.add('(')
    this.#from(item.right, writer)
    if (grouped) writer.add(')')
    if (item.using.length > 0) writer.add(` USING (${item.using.map(quoteIdentifier).join(', ')})`)
    else if (item.condition !== null) {
      writer.add(pretty ? ' ON ' : ' ON (')
      this.#expressions(writer).print(item.condition, false)
      if (!pretty) writer.add(')')
    }
    if (!pretty) writer.add(')')
  }
}

/** A set operation on the left that another one does not go on. */
const isUnlike = (left: Query, { operation, all }: SetOperationQuery): boolean =>
  left.kind === 'set-operation' && (left.operation !== operation || left.all !== all)

/** A recursive query as the UNION that it is written as. */
const recursiveUnion = ({ all, written: { base, step } }: RecursiveCte): SetOperationQuery => ({
  kind: 'set-operation',
  ctes: [],
  operation: 'union',
  all,
  left: base,
  right: step,
  orderBy: [],
  limit: null,
  offset: null,
  withTies: false,
  outputs: base.outputs,
})
