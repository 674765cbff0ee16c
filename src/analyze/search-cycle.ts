/**
 * SEARCH and CYCLE of a recursive query: columns that each row carries along, by which rows can be ordered and cycles be
 * noticed. The query's two terms are wrapped into queries that compute them; the recursive term sees the last round's as
 * columns that `*` does not mean.
 */
import {
  duplicateColumn,
  featureNotSupported,
  type Location,
  noEqualityOperator,
  syntaxErrorAt,
} from '../errors/raise/analysis.ts'
import { functionByOid, operatorByOid } from '../functions/index.ts'
import type { ScalarFunction } from '../functions/records.ts'
import { bodyOf, type CommonTableExpr, type CTECycleClause, namesOf, type Node, type SelectStmt } from '../sql/ast.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { coerce, commonType } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { ArrayComparisonExpr, Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { columnRef, constant } from './nodes.ts'
import type { CycleClause, OutputColumn, Query, SearchClause, SelectQuery } from './query.ts'
import type { Scope } from './scope.ts'
import { wrap } from './set-operations.ts'

/** OIDs of functions and operators of pg_proc and pg_operator. */
const ARRAY_CAT = 383
const INT8_PLUS = 463
const RECORD_EQ = 2988
const RECORD_ARRAY = 2287

/** A column that rows carry along: its value in the base term, and in the recursive one by the columns of the last round. */
interface Carried {
  readonly name: string
  readonly type: Expr['type']
  readonly first: (columns: readonly Expr[]) => Expr
  readonly next: (columns: readonly Expr[], last: (name: string) => Expr) => Expr
}

export class SearchAndCycle {
  readonly #context: AnalysisContext
  readonly #node: CommonTableExpr
  readonly #names: readonly string[]
  readonly #carried: readonly Carried[]
  readonly search: SearchClause | null
  readonly cycle: CycleClause | null

  /** `names`: the query's columns. Throws for marks of types that do not go together or have no equality. */
  constructor(context: AnalysisContext, scope: Scope, node: CommonTableExpr, names: readonly string[]) {
    this.#context = context
    this.#node = node
    this.#names = names
    const { search_clause: search, cycle_clause: cycle } = node
    this.search =
      search === undefined
        ? null
        : {
            columns: namesOf(search.search_col_list),
            breadthFirst: search.search_breadth_first === true,
            sequence: search.search_seq_column as string,
          }
    this.cycle = cycle === undefined ? null : this.#cycleClause(scope, cycle)
    this.#carried = [
      ...(this.search === null ? [] : [this.#sequence(this.search)]),
      ...(this.cycle === null ? [] : this.#cycle(this.cycle)),
    ]
  }

  /** The columns, of the recursive reference or of the whole query. */
  columns(): OutputColumn[] {
    return this.#carried.map(({ name, type }) => {
      return { id: this.#context.freshColumn(), name, type, typmod: -1, tableOid: 0, attnum: 0 }
    })
  }

  /** The recursive term with the last round's columns among its own, and without the rows that end a cycle. */
  recursiveTerm(select: SelectStmt): SelectStmt {
    const alias = this.#referenceAlias(select)
    const column = (name: string): Node => {
      return { ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] } }
    }
    const targets = this.#carried.map(({ name }): Node => ({ ResTarget: { name, val: column(name) } }))
    const targetList = [...(select.targetList ?? []), ...targets]
    const { cycle_clause: cycle } = this.#node
    if (cycle === undefined) return { ...select, targetList }
    const lexpr = column(cycle.cycle_mark_column as string)
    const rexpr = cycle.cycle_mark_value as Node
    const open: Node = { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '<>' } }], lexpr, rexpr } }
    const { whereClause } = select
    return {
      ...select,
      targetList,
      whereClause: whereClause === undefined ? open : { BoolExpr: { boolop: 'AND_EXPR', args: [whereClause, open] } },
    }
  }

  #referenceAlias(select: SelectStmt): string {
    const find = (node: Node): string | null => {
      const range = bodyOf(node, 'RangeVar')
      if (range !== undefined) {
        const own = range.relname === this.#node.ctename && range.schemaname === undefined
        return own ? (range.alias?.aliasname ?? (range.relname as string)) : null
      }
      const join = bodyOf(node, 'JoinExpr')
      return join === undefined ? null : (find(join.larg as Node) ?? find(join.rarg as Node))
    }
    const own = namesOfWith(select)
    for (const node of own.includes(this.#node.ctename as string) ? [] : (select.fromClause ?? [])) {
      const alias = find(node)
      if (alias !== null) return alias
    }
    throw featureNotSupported(
      `with a SEARCH or CYCLE clause, the recursive reference to WITH query "${this.#node.ctename}" must be at the top level of its right-hand SELECT`,
    )
  }

  /** The base term with the columns' first values. */
  base(query: Query): SelectQuery {
    const own = query.outputs.map(columnRef)
    return this.#extended(
      query,
      query.outputs.length,
      this.#carried.map((column) => column.first(own)),
    )
  }

  /** The recursive term, whose last columns are those of the last round, with their next values. */
  step(query: Query): SelectQuery {
    const width = query.outputs.length - this.#carried.length
    const own = query.outputs.slice(0, width).map(columnRef)
    const last = (name: string): Expr =>
      columnRef(query.outputs[width + this.#carried.findIndex((column) => column.name === name)] as OutputColumn)
    return this.#extended(
      query,
      width,
      this.#carried.map((column) => column.next(own, last)),
    )
  }

  #extended(query: Query, width: number, values: readonly Expr[]): SelectQuery {
    const plain = wrap(this.#context, query, (column) => column)
    const fresh = this.columns()
    const targets = [
      ...plain.targets.slice(0, width),
      ...values.map((expr, i) => ({ expr, hidden: false, column: fresh[i] as OutputColumn })),
    ]
    return { ...plain, targets, outputs: targets.map((target) => target.column) }
  }

  // ---- the columns

  #sequence({ columns: names, breadthFirst, sequence }: SearchClause): Carried {
    const row = (columns: readonly Expr[]): Expr => this.#row(this.#listed(names, columns))
    if (!breadthFirst) return this.#path(sequence, row)
    const int8 = this.#context.typeOf(OID.int8)
    const numbered = (depth: Expr, columns: readonly Expr[]): Expr =>
      this.#row([depth, ...this.#listed(names, columns)])
    return {
      name: sequence,
      type: this.#context.typeOf(OID.record),
      first: (columns) => numbered(constant(0, int8), columns),
      next: (columns, last) => {
        const depth: Expr = { kind: 'field', arg: last(sequence), field: 0, type: int8, typmod: -1 }
        return numbered(this.#call(INT8_PLUS, [depth, constant(1, int8)], int8), columns)
      },
    }
  }

  /** Rows so far, in order. */
  #path(name: string, row: (columns: readonly Expr[]) => Expr): Carried {
    const type = this.#context.typeOf(RECORD_ARRAY)
    const single = (columns: readonly Expr[]): Expr => {
      return { kind: 'array', elements: [row(columns)], nested: false, type, typmod: -1 }
    }
    return {
      name,
      type,
      first: single,
      next: (columns, last) => this.#call(ARRAY_CAT, [last(name), single(columns)], type),
    }
  }

  #cycleClause(scope: Scope, cycle: CTECycleClause): CycleClause {
    const nodes = [cycle.cycle_mark_value, cycle.cycle_mark_default] as [Node, Node]
    const given = nodes.map((node) => this.#context.expr(scope, node)) as [Expr, Expr]
    const type = commonType(this.#context, given, 'CYCLE', (i) => locationOf(nodes[i]))
    if (type.hashKey === null) throw noEqualityOperator(formatType(type, -1), undefined)
    const [value, otherwise] = given.map((expr, i) =>
      coerce(this.#context, expr, type, -1, 'implicit', locationOf(nodes[i])),
    ) as [Expr, Expr]
    return {
      columns: namesOf(cycle.cycle_col_list),
      mark: cycle.cycle_mark_column as string,
      value,
      otherwise,
      path: cycle.cycle_path_column as string,
    }
  }

  #cycle({ columns: names, mark, value, otherwise, path }: CycleClause): Carried[] {
    const { type } = value
    const row = (columns: readonly Expr[]): Expr => this.#row(this.#listed(names, columns))
    const marked: Carried = {
      name: mark,
      type,
      first: () => otherwise,
      next: (columns, last) => {
        const when = this.#isAmong(row(columns), last(path))
        return { kind: 'case', whens: [{ when, then: value }], otherwise, type, typmod: -1 }
      },
    }
    return [marked, this.#path(path, row)]
  }

  /** Columns of a clause; names that are none are refused by `check`. */
  #listed(names: readonly string[], columns: readonly Expr[]): Expr[] {
    return names.flatMap((name) => columns[this.#names.indexOf(name)] ?? [])
  }

  #row(fields: readonly Expr[]): Expr {
    const names = fields.map((_, i) => `f${i + 1}`)
    return { kind: 'row', fields, names, type: this.#context.typeOf(OID.record), typmod: -1 }
  }

  #call(oid: number, args: readonly Expr[], type: Expr['type']): Expr {
    const fn = functionByOid(oid) as ScalarFunction
    return { kind: 'call', function: fn, args, operator: null, cast: false, type, typmod: -1 }
  }

  #isAmong(left: Expr, array: Expr): ArrayComparisonExpr {
    const operator = operatorByOid(RECORD_EQ) as NonNullable<ReturnType<typeof operatorByOid>>
    return {
      kind: 'array-comparison',
      left,
      operator,
      function: functionByOid(operator.function) as ScalarFunction,
      quantifier: 'any',
      list: null,
      array,
      type: this.#context.typeOf(OID.bool),
      typmod: -1,
    }
  }

  /** Names in the clauses. Throws 42601, 42701. */
  check(): void {
    const { search, cycle } = this
    const { search_clause: searchNode, cycle_clause: cycleNode } = this.#node
    if (search !== null) {
      this.#checkList('search', search.columns, searchNode?.location)
      this.#checkNew('search sequence', search.sequence, searchNode?.location)
    }
    if (cycle === null) return
    const location = cycleNode?.location
    this.#checkList('cycle', cycle.columns, location)
    this.#checkNew('cycle mark', cycle.mark, location)
    this.#checkNew('cycle path', cycle.path, location)
    const same = (first: string, a: string, second: string, b: string, at: Location): void => {
      if (a === b) throw syntaxErrorAt(`${first} column name and ${second} column name are the same`, at)
    }
    same('cycle mark', cycle.mark, 'cycle path', cycle.path, location)
    if (search === null) return
    same('search sequence', search.sequence, 'cycle mark', cycle.mark, searchNode?.location)
    same('search sequence', search.sequence, 'cycle path', cycle.path, searchNode?.location)
  }

  #checkList(clause: 'search' | 'cycle', names: readonly string[], location: Location): void {
    for (const [i, name] of names.entries()) {
      if (!this.#names.includes(name)) {
        throw syntaxErrorAt(`${clause} column "${name}" not in WITH query column list`, location)
      }
      if (names.indexOf(name) < i)
        throw duplicateColumn(`${clause} column "${name}" specified more than once`, location)
    }
  }

  #checkNew(what: string, name: string, location: Location): void {
    if (this.#names.includes(name)) {
      throw syntaxErrorAt(`${what} column name "${name}" already used in WITH query column list`, location)
    }
  }
}

/** Names that a statement's own WITH takes. */
const namesOfWith = ({ withClause }: SelectStmt): string[] =>
  (withClause?.ctes ?? []).map((node) => bodyOf(node, 'CommonTableExpr')?.ctename as string)
