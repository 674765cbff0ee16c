/**
 * Views whose rows can be changed: a change of such a view is one of the table below it. Says which views and columns
 * these are, and what stands between a view and its table.
 */
import type { Column, RelationObject } from '../catalog/objects.ts'
import { viewCheckOption } from '../catalog/view-options.ts'
import type { AnalysisContext } from './context.ts'
import type { ColumnId, Expr } from './expression.ts'
import { columnRef, someNode } from './nodes.ts'
import type {
  CheckOption,
  FromItem,
  OutputColumn,
  Query,
  SelectQuery,
  SubqueryItem,
  TableItem,
  ViewLevel,
} from './query.ts'

/** A column of a view, or of a table itself, that a statement changes. */
export interface TargetColumn {
  readonly name: string
  readonly expr: Expr
  /** The table's column that a change goes to. */
  readonly base: Column | null
  /** Where it ceases to be a column that can be changed, and why. */
  readonly refused: { readonly view: string; readonly column: string; readonly reason: string } | null
}

/** A view over just one table, itself or through other views. */
export interface UpdatableView {
  readonly table: TableItem
  readonly columns: readonly TargetColumn[]
  readonly levels: readonly ViewLevel[]
  /** Views' columns whose defaults count for columns of the table (by attribute number), the outermost view's. */
  readonly fallbacks: ReadonlyMap<number, Column>
  /** Views' columns that have defaults and are none of the table's. */
  readonly blocked: readonly TargetColumn[]
  /** The innermost view none of whose columns is one of what it is over: no values can be put through it. */
  readonly columnless: string | null
  /** Innermost view's first. */
  readonly checkOptions: readonly CheckOption[]
}

/** The view that changes cannot pass, and why. */
export interface NotUpdatable {
  readonly view: string
  readonly reason: string
}

/** A FROM item that a view may be over for its rows to be changed. */
const isSingle = (item: FromItem | undefined): item is TableItem | SubqueryItem =>
  item?.kind === 'table'
    ? (item.relation.kind === 'r' || item.relation.kind === 'p') && item.relation.system === null
    : item?.kind === 'subquery' && item.view !== undefined

export const views = (rest: string): string => `Views ${rest} are not automatically updatable.`

/** Why changes of a view with this query cannot be passed on; null: they can. */
const whyNotUpdatable = (query: Query): string | null => {
  if (query.kind === 'set-operation') return views('containing UNION, INTERSECT, or EXCEPT')
  if (query.kind === 'values') return views('that do not select from a single table or view')
  if (query.distinct !== 'none') return views('containing DISTINCT')
  if (query.grouping !== null) return views('containing GROUP BY')
  if (query.having !== null) return views('containing HAVING')
  if (query.ctes.length > 0) return views('containing WITH')
  if (query.limit !== null || query.offset !== null) return views('containing LIMIT or OFFSET')
  if (query.aggregated) return views('that return aggregate functions')
  if (query.windows.length > 0) return views('that return window functions')
  const hasSets = query.targets.some((t) => someNode(t.expr, (e) => e.kind === 'set-call'))
  if (hasSets) return views('that return set-returning functions')
  const [item, ...others] = query.from
  if (!isSingle(item) || others.length > 0) return views('that do not select from a single table or view')
  if (item.kind === 'table' && item.sample !== null) return views('containing TABLESAMPLE')
  return null
}

const NOT_A_COLUMN = 'View columns that are not columns of their base relation are not updatable.'
const SYSTEM_COLUMN = 'View columns that refer to system columns are not updatable.'
const WHOLE_ROW = 'View columns that return whole-row references are not updatable.'

/** The columns of what a view is over, by the ids that its query has for them. */
type Below = ReadonlyMap<ColumnId, TargetColumn>

/** A view's column by the view's own target. */
const viewColumn = (view: RelationObject, column: Column, output: OutputColumn, expr: Expr, below: Below) => {
  const plain = expr.kind === 'column' ? below.get(expr.id) : undefined
  const common = { name: column.name, expr: columnRef(output) }
  if (plain !== undefined) return { ...plain, ...common }
  const reason =
    expr.kind === 'column' ? SYSTEM_COLUMN : expr.kind === 'row' && expr.type.relation !== 0 ? WHOLE_ROW : NOT_A_COLUMN
  return { ...common, base: null, refused: { view: view.name, column: column.name, reason } }
}

/** A table's own columns, which can all be changed. */
export const tableColumns = (item: TableItem): TargetColumn[] =>
  item.columns.flatMap((c) => {
    const base = item.relation.columns[c.attnum - 1]
    return base === undefined ? [] : [{ name: base.name, expr: columnRef(c), base, refused: null }]
  })

/**
 * A view as its table and what is between. `query`: the view's, analysed for this use of it. `cascaded`: a view above
 * checks the conditions of this one, too.
 */
export const updatableView = (view: RelationObject, query: Query, cascaded = false): UpdatableView | NotUpdatable => {
  const reason = whyNotUpdatable(query)
  if (reason !== null) return { view: view.name, reason }
  const { from, targets, where } = query as SelectQuery
  const item = from[0] as TableItem | SubqueryItem
  const option = viewCheckOption(view)
  const inner: UpdatableView | NotUpdatable =
    item.kind === 'table'
      ? {
          table: item,
          columns: tableColumns(item),
          levels: [],
          fallbacks: new Map(),
          blocked: [],
          columnless: null,
          checkOptions: [],
        }
      : updatableView(item.view as RelationObject, item.query, cascaded || option === 'cascaded')
  if ('reason' in inner) return inner
  const ids = item.columns.filter((c) => c.attnum > 0).map((c) => c.id)
  const below: Below = new Map(ids.map((id, i) => [id, inner.columns[i] as TargetColumn]))
  const live = view.columns.filter((c) => !c.dropped)
  const columns = live.map((column, i) => {
    const { column: output, expr } = targets[i] as SelectQuery['targets'][number]
    return viewColumn(view, column, output, expr, below)
  })
  const fallbacks = new Map(inner.fallbacks)
  const blocked = [...inner.blocked]
  for (const [i, column] of live.entries()) {
    const of = columns[i] as TargetColumn
    if (column.default === null) continue
    if (of.base === null) blocked.push(of)
    else fallbacks.set(of.base.attnum, column)
  }
  const level: ViewLevel = {
    view,
    columns: targets.map((t) => ({ id: t.column.id, expr: t.expr })),
    condition: where,
  }
  const isChecked = where !== null && (option !== null || cascaded)
  const own: CheckOption[] = isChecked ? [{ view: view.name, levels: inner.levels, condition: where }] : []
  return {
    table: inner.table,
    columns,
    levels: [...inner.levels, level],
    fallbacks,
    blocked,
    columnless:
      inner.columnless ?? (targets.some(({ expr }) => expr.kind === 'column' && below.has(expr.id)) ? null : view.name),
    checkOptions: [...inner.checkOptions, ...own],
  }
}

/** Attribute numbers of a view's columns that can be changed; null: its rows cannot be changed at all. */
export const updatableColumns = (context: AnalysisContext, view: RelationObject): readonly number[] | null => {
  const found = updatableView(view, context.rules.view(context, view))
  if ('reason' in found) return null
  const live = view.columns.filter((c) => !c.dropped)
  return live.flatMap((column, i) => (found.columns[i]?.base === null ? [] : [column.attnum]))
}
