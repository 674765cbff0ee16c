/** Expressions that are kept with tables are analysed when they are defined, so that mistakes show at once. */
import { visitDeep } from '../../analyze/walk.ts'
import { columnDefault, generatedColumns, storedCondition } from '../../analyze/table-expressions.ts'
import { CLAUSE } from '../../analyze/scope.ts'
import { tableItem } from '../../analyze/from.ts'
import type { Expr } from '../../analyze/expression.ts'
import { isImmutableNode } from '../../analyze/immutability.ts'
import { expressionDependencies } from '../../analyze/query-dependencies.ts'
import type { Column, Dependency, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { mentionOf, systemColumnIn } from '../../analyze/stored-trees.ts'
import { invalidObjectDefinition, systemColumnMentioned, usesGenerated } from '../../errors/raise/definitions.ts'
import { analysisFor, type DefinitionContext } from './context.ts'

/** Throws what using the column's default would throw; answers what it depends on. */
export const checkDefault = (context: DefinitionContext, relation: RelationObject, column: Column): Dependency[] => {
  const analysis = analysisFor(context)
  const { snapshot } = context.catalog
  if (!column.generated) {
    const expr = column.default === null ? null : columnDefault(analysis, column)
    return expr === null ? [] : expressionDependencies(snapshot, expr)
  }
  refuseSystemColumns(column.default, 'column generation expression')
  const computed = new Map(relation.columns.filter((c) => c.generated && !c.dropped).map((c) => [c.attnum, c.name]))
  const mention = column.default === null ? null : mentionOf(column.default, new Set([0, ...computed.keys()]))
  if (mention !== null) throw usesGenerated(computed.get(mention.attnum) ?? null, mention.location)
  const generated = generatedColumns(analysis, tableItem(analysis, relation))
  for (const { expr } of generated) requireImmutable(expr, 'generation expression is not immutable')
  const own = generated.find((g) => g.column.attnum === column.attnum)
  return own === undefined ? [] : expressionDependencies(snapshot, own.expr)
}

/** Of the system's columns only the table's own number stays what it is. Throws 42P10. */
const refuseSystemColumns = (
  tree: ParseTree | null,
  where: 'check constraint' | 'column generation expression',
): void => {
  const found = tree === null ? null : systemColumnIn(tree)
  if (found !== null && found.name !== 'tableoid') throw systemColumnMentioned(found.name, where, found.location)
}

/** The column with what its expression depends on. */
export const withUses = (column: Column, uses: readonly Dependency[]): Column => {
  const { uses: _, ...rest } = column
  return uses.length === 0 ? rest : { ...rest, uses }
}

/** A CHECK condition over the table's columns: those that it mentions, and what else it depends on. */
export const checkCondition = (
  context: DefinitionContext,
  relation: RelationObject,
  tree: ParseTree,
): { readonly columns: number[]; readonly uses: Dependency[] } => {
  refuseSystemColumns(tree, 'check constraint')
  const analysis = analysisFor(context)
  const item = tableItem(analysis, relation)
  const condition = storedCondition(analysis, item, tree, CLAUSE.check)
  const attnums = new Map(item.columns.map((c) => [c.id, c.attnum]))
  const mentioned = new Set<number>()
  visitDeep(condition, (e) => {
    const attnum = e.kind === 'column' ? attnums.get(e.id) : undefined
    if (attnum !== undefined) mentioned.add(attnum)
  })
  const columns = [...mentioned].sort((a, b) => a - b)
  return { columns, uses: expressionDependencies(context.catalog.snapshot, condition) }
}

export const requireImmutable = (expr: Expr, message: string): void =>
  visitDeep(expr, (e) => {
    if (!isImmutableNode(e)) throw invalidObjectDefinition(message)
  })
