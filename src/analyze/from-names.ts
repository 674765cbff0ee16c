/** What a FROM entry adds to the names in reach. */
import { invalidColumnReference } from '../errors/raise/analysis.ts'
import { namesOf, type Alias } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import type { AnalysisContext } from './context.ts'
import { columnRef } from './nodes.ts'
import type { FromItem, JoinItem, OutputColumn } from './query.ts'
import { type BoundColumn, type NamespaceItem } from './scope.ts'

/** A FROM entry with the names it adds and what `*` expands to. */
export interface FromResult {
  readonly item: FromItem
  readonly names: NamespaceItem[]
  readonly star: readonly BoundColumn[]
}

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

export const namespaceItem = (
  context: AnalysisContext,
  alias: string,
  columns: readonly OutputColumn[],
  extra: Partial<NamespaceItem> = {},
): NamespaceItem => ({
  ...entry(
    context,
    alias,
    columns.map((c) => ({ name: c.name, expr: columnRef(c) })),
  ),
  ...extra,
})

/** An entry for columns that are expressions: those of a join. */
export const joinItem = (context: AnalysisContext, alias: string, columns: readonly BoundColumn[]): NamespaceItem => ({
  ...entry(context, alias, columns),
  join: true,
})

const entry = (context: AnalysisContext, alias: string, columns: readonly BoundColumn[]): NamespaceItem => ({
  alias,
  schema: null,
  columns,
  tableVisible: true,
  hidden: NOTHING_HIDDEN,
  columnsVisible: true,
  lateralOnly: false,
  lateralAllowed: true,
  table: null,
  systemColumn: null,
  wholeRow: () => ({
    kind: 'row',
    whole: true,
    fields: columns.map((c) => c.expr),
    names: columns.map((c) => c.name),
    type: context.typeOf(OID.record),
    typmod: -1,
  }),
})

export const simple = (
  context: AnalysisContext,
  item: Exclude<FromItem, JoinItem>,
  extra: Partial<NamespaceItem> = {},
): FromResult => {
  const names = namespaceItem(context, item.alias, item.columns, extra)
  return { item, names: [names], star: names.columns }
}

/** Column aliases `t(a, b)` rename the first columns. */
export const renamed = (
  columns: readonly OutputColumn[],
  alias: Alias | undefined,
  name: string,
): readonly OutputColumn[] => {
  const names = namesOf(alias?.colnames)
  if (names.length > columns.length) {
    throw invalidColumnReference(
      `table "${name}" has ${columns.length} columns available but ${names.length} columns specified`,
    )
  }
  return names.length === 0 ? columns : columns.map((c, i) => ({ ...c, name: names[i] ?? c.name }))
}
