/** Names in reach of an expression: the FROM items of its query level and, through `parent`, of those around it. */
import {
  ambiguousAlias,
  ambiguousColumn,
  duplicateAlias,
  invalidFromReference,
  invalidLateralReference,
  missingFrom,
  undefinedColumnOf,
  type Location,
} from '../errors/raise/analysis.ts'
import type { CarriedCall, ColumnId, Expr, GroupingExpr, AggregateExpr } from './expression.ts'
import type { Cte, TableItem, WindowSpec } from './query.ts'
import { columnHint } from './name-hints.ts'
import { mentionedColumns } from './walk.ts'

/** A named column of a range table entry and what it stands for. */
export interface BoundColumn {
  readonly name: string
  readonly expr: Expr
}

/** One entry of the namespace: a table, subquery, function or aliased join. */
export interface NamespaceItem {
  readonly alias: string
  readonly schema: string | null
  readonly columns: readonly BoundColumn[]
  /** Reachable as `alias.column`. */
  tableVisible: boolean
  /** Columns reachable without qualification; USING hides the merged originals. */
  readonly hidden: ReadonlySet<string>
  /** Names that `*` does not mean. */
  readonly unlisted?: ReadonlySet<string>
  /** The whole entry's unqualified columns are in reach (false for inputs of an aliased join). */
  columnsVisible: boolean
  /** Reachable from LATERAL expressions only, while FROM is still being read. */
  lateralOnly: boolean
  /** Why a lateral reference is refused (RIGHT or FULL join on the way). */
  lateralAllowed: boolean
  readonly table: TableItem | null
  /** What UPDATE or DELETE changes, which its FROM cannot refer to. */
  target?: true
  /** Made of other entries, which hints name in its place. */
  readonly join?: true
  /** System columns (ctid, tableoid) by name. */
  readonly systemColumn: ((name: string) => Expr | null) | null
  /** The row as one value. */
  readonly wholeRow: () => Expr
}

/** What a clause allows, for the messages of misplaced aggregates, window and set-returning functions. */
export interface Clause {
  readonly name: string
  readonly aggregates: boolean
  readonly windows: boolean
  readonly sets: boolean
  /** What messages call it where no subquery may stand. */
  readonly closed?: string
  /** The same where no column may, whatever it is an argument of. */
  readonly columnless?: string
  /** What messages call a condition there, where that is not the clause's name. */
  readonly condition?: string
}

export const CLAUSE = {
  select: { name: 'SELECT', aggregates: true, windows: true, sets: true },
  where: { name: 'WHERE', aggregates: false, windows: false, sets: false },
  having: { name: 'HAVING', aggregates: true, windows: false, sets: false },
  groupBy: { name: 'GROUP BY', aggregates: false, windows: false, sets: true },
  orderBy: { name: 'ORDER BY', aggregates: true, windows: true, sets: true },
  distinctOn: { name: 'DISTINCT ON', aggregates: true, windows: true, sets: true },
  mergeWhen: { name: 'MERGE WHEN conditions', aggregates: false, windows: false, sets: false },
  joinOn: { name: 'JOIN conditions', aggregates: false, windows: false, sets: false },
  fromArgument: { name: 'function arguments in FROM', aggregates: false, windows: false, sets: false },
  from: { name: 'functions in FROM', aggregates: false, windows: false, sets: true },
  limit: { name: 'LIMIT', aggregates: false, windows: false, sets: false },
  offset: { name: 'OFFSET', aggregates: false, windows: false, sets: false },
  values: { name: 'VALUES', aggregates: false, windows: false, sets: false },
  valuesRow: { name: 'VALUES', aggregates: false, windows: false, sets: true },
  update: { name: 'UPDATE', aggregates: false, windows: false, sets: false },
  returning: { name: 'RETURNING', aggregates: false, windows: false, sets: false },
  filter: { name: 'FILTER', aggregates: false, windows: false, sets: false },
  aggregateArgument: { name: 'aggregate function calls', aggregates: false, windows: false, sets: false },
  window: { name: 'window definitions', aggregates: true, windows: false, sets: false },
  windowArgument: { name: 'window function calls', aggregates: true, windows: false, sets: false },
  default: {
    name: 'DEFAULT expressions',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'DEFAULT expression',
    columnless: 'DEFAULT expression',
  },
  check: {
    name: 'check constraints',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'check constraint',
    condition: 'CHECK',
  },
  generated: {
    name: 'column generation expressions',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'column generation expression',
  },
  index: { name: 'index expressions', aggregates: false, windows: false, sets: false, closed: 'index expression' },
  partitionKey: {
    name: 'partition key expressions',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'partition key expression',
  },
  partitionBound: {
    name: 'partition bound',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'partition bound',
    columnless: 'partition bound expression',
  },
  predicate: {
    name: 'index predicates',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'index predicate',
    condition: 'WHERE',
  },
  policy: { name: 'policy expressions', aggregates: false, windows: false, sets: false, condition: 'POLICY' },
  call: { name: 'CALL arguments', aggregates: false, windows: false, sets: false },
  execute: { name: 'EXECUTE parameters', aggregates: false, windows: false, sets: false, closed: 'EXECUTE parameter' },
  copyWhere: {
    name: 'COPY FROM WHERE conditions',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'COPY FROM WHERE condition',
  },
  transform: {
    name: 'transform expressions',
    aggregates: false,
    windows: false,
    sets: false,
    closed: 'transform expression',
  },
} as const satisfies Record<string, Clause>

export class Scope {
  readonly parent: Scope | null
  readonly items: NamespaceItem[] = []
  /** Entries of the level that cannot be referred to where analysis is. */
  readonly beyondReach: NamespaceItem[] = []
  /** CTEs defined at this level, by name. */
  readonly ctes = new Map<string, Cte>()
  /** Names of the level's WITH clause whose queries are still to be analysed. */
  readonly futureCtes = new Set<string>()
  /** WITH RECURSIVE names under analysis: their working table. */
  readonly workTables = new Map<string, Cte>()
  clause: Clause = CLAUSE.select
  /** Aggregates were used at this level; where the first one stands. */
  aggregated = false
  aggregateLocation: number | undefined = undefined
  /** Aggregates of this level that stand in queries inside it, with the columns that they are there. */
  readonly carried: CarriedCall[] = []
  windowed = false
  /** The construct whose parts are computed only when they are needed, in which no set may stand. */
  conditional: 'CASE' | 'COALESCE' | null = null
  /** Named windows of this level (WINDOW clause) and those written inline. */
  readonly windows: WindowSpec[] = []
  readonly namedWindows = new Map<string, number>()

  constructor(parent: Scope | null) {
    this.parent = parent
  }

  /** FROM is still being read. */
  get readsFrom(): boolean {
    return this.items.some((item) => item.lateralOnly)
  }

  /** The level that an aggregate of these arguments belongs to: the innermost one whose columns they have, else this one. */
  ownerOf(args: readonly Expr[]): Scope {
    const ids = new Set<ColumnId>()
    for (const arg of args) mentionedColumns(arg, ids)
    if (ids.size === 0 || this.parent === null) return this
    for (let level: Scope | null = this; level !== null; level = level.parent) if (level.#has(ids)) return level
    return this
  }

  /** The column that a call of this level, which computes it, is in a query inside the level. */
  carry(id: ColumnId, call: AggregateExpr | GroupingExpr, name: string, location: Location): Expr {
    this.carried.push({ id, call, location })
    return { kind: 'column', id, name, type: call.type, typmod: -1 }
  }

  /** The call among those that this level computes for queries inside it that one of the expressions has. */
  carriedIn(exprs: readonly Expr[]): CarriedCall | undefined {
    const ids = new Set<ColumnId>()
    for (const expr of exprs) mentionedColumns(expr, ids)
    return this.carried.find(({ id }) => ids.has(id))
  }

  /** Whether an expression mentions a column of this level. */
  ownsColumnOf(expr: Expr): boolean {
    const ids = mentionedColumns(expr)
    return ids.size > 0 && this.#has(ids)
  }

  #has(ids: ReadonlySet<ColumnId>): boolean {
    const own = (expr: Expr): boolean => [...mentionedColumns(expr)].some((id) => ids.has(id))
    return (
      this.items.some((item) => item.columns.some((column) => own(column.expr))) ||
      this.carried.some(({ id }) => ids.has(id))
    )
  }

  add(items: readonly NamespaceItem[]): void {
    for (const item of items) {
      if (
        item.tableVisible &&
        this.items.some((o) => o.tableVisible && o.alias === item.alias && o.schema === item.schema)
      ) {
        throw duplicateAlias(item.alias)
      }
      this.items.push(item)
    }
  }

  /** Runs `body` under another clause's rules. */
  within<T>(clause: Clause, body: () => T): T {
    const before = this.clause
    const { columnless } = before
    this.clause = columnless === undefined || clause.columnless !== undefined ? clause : { ...clause, columnless }
    try {
      return body()
    } finally {
      this.clause = before
    }
  }

  /** Runs `body` for parts of a construct that are computed only when they are needed. */
  inside<T>(construct: 'CASE' | 'COALESCE', body: () => T): T {
    const before = this.conditional
    this.conditional = construct
    try {
      return body()
    } finally {
      this.conditional = before
    }
  }

  findCte(name: string): Cte | null {
    return this.ctes.get(name) ?? this.parent?.findCte(name) ?? null
  }

  /** Whether a name is one of a WITH clause around that cannot be referred to yet. */
  isFutureCte(name: string): boolean {
    return this.futureCtes.has(name) || (this.parent?.isFutureCte(name) ?? false)
  }

  findWorkTable(name: string): Cte | null {
    return this.workTables.get(name) ?? this.parent?.findWorkTable(name) ?? null
  }

  /** An unqualified column, looked up outward; null when no level has it. Throws 42702. */
  column(name: string, location: Location): Expr | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      let found: Expr | null = null
      for (const item of scope.items) {
        if (!item.columnsVisible || item.hidden.has(name)) continue
        const matches = item.columns.filter((c) => c.name === name)
        if (matches.length > 1 || (matches.length === 1 && found !== null)) throw ambiguousColumn(name, location)
        if (matches.length === 1) {
          if (!item.lateralAllowed) throw lateralRefused(item, location)
          found = (matches[0] as BoundColumn).expr
        }
      }
      if (found !== null) return found
      for (const item of scope.items) {
        if (!item.columnsVisible) continue
        const system = item.systemColumn?.(name) ?? null
        if (system !== null) return system
      }
    }
    return null
  }

  /** A column by its number in the only table of an expression that is kept with it; 0: the whole row. */
  columnNumbered(attnum: number): Expr | null {
    const [item] = this.items
    if (attnum === 0) return item?.wholeRow() ?? null
    const place = item?.table?.columns.findIndex((c) => c.attnum === attnum) ?? -1
    return item?.columns[place]?.expr ?? null
  }

  /** The entry that `alias` (optionally schema-qualified) names, looked up outward. Throws 42P09 when two do. */
  table(schema: string | null, alias: string, location: Location): NamespaceItem | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const found = scope.items.filter(
        (item) => item.tableVisible && item.alias === alias && (schema === null || item.schema === schema),
      )
      if (found.length > 1) throw ambiguousAlias(alias, location)
      const item = found[0]
      if (item !== undefined) {
        if (!item.lateralAllowed) throw lateralRefused(item, location)
        return item
      }
    }
    return null
  }

  qualifiedColumn(schema: string | null, alias: string, name: string, location: Location): Expr {
    const item = this.table(schema, alias, location)
    if (item === null) throw this.missing(alias, location, schema !== null)
    const matches = item.columns.filter((c) => c.name === name)
    if (matches.length > 1) throw ambiguousColumn(name, location)
    const found = matches[0]?.expr ?? item.systemColumn?.(name) ?? null
    if (found === null) throw undefinedColumnOf(alias, name, location, this.columnHint(alias, name))
    return found
  }

  /** What may have been meant by a column that is not there, of a table where it was asked of one. */
  columnHint(alias: string | null, name: string): string | undefined {
    const levels: NamespaceItem[][] = []
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      levels.push([...scope.items, ...scope.beyondReach].filter((item) => item.join === undefined))
    }
    return columnHint(levels, alias, name)
  }

  /** The error for a table that no level names, with what may have been meant. */
  missing(alias: string, location: Location, qualified = false) {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const hiddenItem =
        scope.items.find((item) => item.alias === alias && (!item.tableVisible || qualified)) ??
        scope.beyondReach.find((item) => item.alias === alias)
      if (hiddenItem !== undefined) {
        return invalidFromReference(alias, location, { hint: cannotBeReferenced(alias) })
      }
      const renamed = scope.items.find((item) => item.table?.relation.name === alias && item.tableVisible)
      if (renamed !== undefined) {
        return invalidFromReference(alias, location, {
          hint: `Perhaps you meant to reference the table alias "${renamed.alias}".`,
        })
      }
    }
    return missingFrom(alias, location)
  }
}

const cannotBeReferenced = (alias: string): string =>
  `There is an entry for table "${alias}", but it cannot be referenced from this part of the query.`

const lateralRefused = ({ alias, target }: NamespaceItem, location: Location) =>
  invalidLateralReference(
    alias,
    location,
    target === true
      ? { hint: cannotBeReferenced(alias) }
      : { detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.' },
  )
