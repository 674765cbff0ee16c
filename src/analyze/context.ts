/** What one statement's analysis shares: the catalog it sees, the search path, parameter types, fresh column ids. */
import { isSecurityInvoker } from '../catalog/view-options.ts'
import type { RelationObject } from '../catalog/objects.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { indeterminateParameter, undefinedParameter, type Location } from '../errors/raise/analysis.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import type { Node, RangeVar } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import type { FormatContext, SqlType } from '../types/sql-type.ts'
import type { ColumnId, Expr, ParamExpr } from './expression.ts'
import { constant } from './nodes.ts'
import type { Query, TableItem } from './query.ts'
import type { Scope } from './scope.ts'

/** Types of `$n`: given up front, or found out from use. */
export class ParameterTypes {
  readonly types: (SqlType | null)[]
  /** Parameters may appear that were not declared, and unknown ones take the type their use asks for. */
  readonly open: boolean

  constructor(types: readonly (SqlType | null)[], open: boolean) {
    this.types = [...types]
    this.open = open
  }

  /** All types, once analysis is done; a parameter whose type stayed unknown is an error (42P18). */
  resolved(): SqlType[] {
    return Array.from(this.types, (type, i) => {
      if (type === null || type === undefined) throw indeterminateParameter(i + 1)
      return type
    })
  }
}

/** Names that a function's body has for its parameters. */
export interface RoutineScope {
  readonly name: string
  /** In order; empty for parameters without a name. */
  readonly parameters: readonly string[]
}

/** The recursive rules, handed down so that no module of the analyzer needs to import those above it. */
export interface AnalysisRules {
  readonly expression: (context: AnalysisContext, scope: Scope, node: Node) => Expr
  /** A query below `scope` (null: at the top). `keepUnknown`: literals may stay untyped, the caller coerces them. */
  readonly query: (context: AnalysisContext, scope: Scope | null, node: Node, keepUnknown?: boolean) => Query
  /** A table of FROM with the conditions that policies put on its rows. */
  readonly secured: (context: AnalysisContext, item: TableItem) => TableItem
  /** The FROM entry of a view: its query, analysed for this reference. */
  readonly view: (context: AnalysisContext, relation: RelationObject) => Query
}

/** Where cursors stand: the row of a table, or of one that inherits from it. Throws 34000, 24000. */
export interface CursorRows {
  current(cursor: string, table: TableItem): { readonly relation: number; readonly rowid: number }
}

export class AnalysisContext {
  readonly rules: AnalysisRules
  readonly catalog: CatalogSnapshot
  /** Schema oids in lookup order, pg_catalog included. */
  readonly searchPath: readonly number[]
  readonly format: FormatContext
  readonly parameters: ParameterTypes
  readonly databaseName: string
  readonly routine: RoutineScope | null
  /** The role that must be allowed to use the schemas that are named; undefined: nobody is asked. */
  actingRole: number | undefined
  /** The role whose policies hold for the rows that are read where analysis is; undefined: nobody's do. */
  policyRole: number | undefined
  /** The setting row_security: whether policies may hold rows back. */
  rowSecurity = true
  /** Policies of a table were looked for: another role may see other rows. */
  dependsOnRole = false
  /** Tables whose policies are being analysed. */
  readonly securing = new Set<number>()
  /** Oids of primary keys that columns depend on which are used ungrouped. */
  readonly keys = new Set<number>()
  /** Oids of relations that the statement depends on. */
  readonly relations = new Set<number>()
  /** What each FROM entry turned out to be, for queries that are kept. */
  readonly ranges = new Map<RangeVar, RelationObject>()
  /** A literal was read whose meaning depends on settings or the clock ('now'::timestamptz): do not cache the plan. */
  dependsOnSettings = false
  /** Something is under a collation of its own: expressions are to be looked at for which collation applies. */
  collated = false
  /** The session's cursors, for WHERE CURRENT OF. */
  cursors: CursorRows | null = null
  #lastColumn = 0
  /** The role that runs the statement. */
  readonly #role: number | undefined

  constructor(
    rules: AnalysisRules,
    catalog: CatalogSnapshot,
    searchPath: readonly number[],
    format: FormatContext,
    parameters: ParameterTypes,
    databaseName: string,
    routine: RoutineScope | null,
    { actingRole, policyRole }: { readonly actingRole: number | undefined; readonly policyRole: number | undefined },
  ) {
    this.rules = rules
    this.catalog = catalog
    this.searchPath = searchPath
    this.format = format
    this.parameters = parameters
    this.databaseName = databaseName
    this.routine = routine
    this.actingRole = actingRole
    this.#role = policyRole
    this.policyRole = policyRole
  }

  /** Reads what is kept in the catalog: who made it had the right to name what it names. */
  asStored<T>(body: () => T): T {
    const before = this.actingRole
    this.actingRole = undefined
    try {
      return body()
    } finally {
      this.actingRole = before
    }
  }

  /** Reads what a view reads: as its owner, unless it is read as whoever reads the view. */
  behindView<T>(view: RelationObject, body: () => T): T {
    const before = this.policyRole
    this.policyRole = this.#role === undefined || isSecurityInvoker(view) ? this.#role : view.owner
    try {
      return this.asStored(body)
    } finally {
      this.policyRole = before
    }
  }

  freshColumn(): ColumnId {
    this.#lastColumn++
    return this.#lastColumn
  }

  typeOf(oid: number): SqlType {
    return this.catalog.typeOf(oid)
  }

  get unknown(): SqlType {
    return this.typeOf(OID.unknown)
  }

  get bool(): SqlType {
    return this.typeOf(OID.bool)
  }

  parameter(index: number, location: Location): ParamExpr {
    const { types, open } = this.parameters
    if (index < 1 || index > 65535 || (!open && index > types.length)) throw undefinedParameter(index, location)
    while (types.length < index) types.push(null)
    return { kind: 'param', index, type: types[index - 1] ?? this.unknown, typmod: -1 }
  }

  /** The parameter of the function's body that a name means, null when there is none. */
  namedParameter(name: string, location: Location): ParamExpr | null {
    const index = this.routine?.parameters.indexOf(name) ?? -1
    if (index < 0 || name === '') return null
    return { ...this.parameter(index + 1, location), syntax: quoteIdentifier(name) }
  }

  expr(scope: Scope, node: Node): Expr {
    return this.rules.expression(this, scope, node)
  }

  /** A NULL of a type. */
  nullOf(type: SqlType) {
    return constant(null, type)
  }
}
