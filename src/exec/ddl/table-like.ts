/** LIKE in CREATE TABLE: columns of another table, and with INCLUDING what belongs to them. */
import { PRIVILEGE } from '../../types/acl-item.ts'
import { requireOnTable, requireTypeUsage } from './permissions.ts'
import { resolveRelation } from '../../analyze/from.ts'
import { unbindColumns } from '../../analyze/stored-trees.ts'
import type { Column, ColumnSettings, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { notLikeable } from '../../errors/raise/definitions.ts'
import type { Node, TableLikeClause } from '../../sql/ast.ts'
import { addConstraint } from './constraints.ts'
import { currentRelation, type DefinitionContext } from './context.ts'
import { copyIndex } from './partition-indexes.ts'

/** Bits of TableLikeClause.options. */
const INCLUDING = {
  comments: 1 << 0,
  constraints: 1 << 2,
  defaults: 1 << 3,
  generated: 1 << 4,
  identity: 1 << 5,
  indexes: 1 << 6,
  storage: 1 << 8,
  compression: 1 << 1,
}

export interface LikeSource {
  readonly relation: RelationObject
  includes(what: keyof typeof INCLUDING): boolean
}

export const likeSource = (context: DefinitionContext, like: TableLikeClause): LikeSource => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const relation = resolveRelation(scope, like.relation ?? {})
  if (!'rpvmc'.includes(relation.kind)) throw notLikeable(relation.name, relation.kind, like.relation?.location)
  if (relation.kind === 'c') requireTypeUsage(context, context.catalog.snapshot.typeOf(relation.rowType))
  else requireOnTable(context, relation, PRIVILEGE.SELECT)
  const options = like.options ?? 0
  return { relation, includes: (what) => (options & INCLUDING[what]) !== 0 }
}

const keptSettings = (
  settings: ColumnSettings | undefined,
  includes: LikeSource['includes'],
): { readonly settings?: ColumnSettings } => {
  const { storage, compression } = settings ?? {}
  const kept: ColumnSettings = {
    ...(storage !== undefined && includes('storage') ? { storage } : {}),
    ...(compression !== undefined && includes('compression') ? { compression } : {}),
  }
  return Object.keys(kept).length === 0 ? {} : { settings: kept }
}

/** A column copied, and for an identity column the sequence options that go with it. */
export interface LikeColumn {
  readonly column: Column
  readonly identity: { readonly always: boolean; readonly options: readonly Node[] } | null
}

export const likeColumns = (context: DefinitionContext, { relation, includes }: LikeSource): LikeColumn[] =>
  relation.columns
    .filter((column) => !column.dropped)
    .map((column) => {
      const { inherited: _, local: __, uses: ___, settings, ...own } = column
      const kept = column.default !== null && includes(column.generated ? 'generated' : 'defaults')
      const fallback = kept ? unbindColumns(column.default as ParseTree, relation) : null
      const identity =
        column.identity === null || !includes('identity')
          ? null
          : { always: column.identity.always, options: optionsOf(context, column.identity.sequence) }
      return {
        column: {
          ...own,
          ...keptSettings(settings, includes),
          default: fallback,
          generated: column.generated && kept,
          identity: null,
          missing: null,
          comment: includes('comments') ? column.comment : null,
        },
        identity,
      }
    })

/** A sequence's definition as the options that make it. */
const optionsOf = (context: DefinitionContext, oid: number): Node[] => {
  const sequence = context.catalog.snapshot.relation(oid)?.sequence
  if (sequence === null || sequence === undefined) return []
  const number = (defname: string, value: number | bigint): Node => ({
    DefElem: { defname, arg: { Float: { fval: String(value) } } },
  })
  return [
    number('increment', sequence.increment),
    number('minvalue', sequence.min),
    number('maxvalue', sequence.max),
    number('start', sequence.start),
    number('cache', sequence.cache),
    { DefElem: { defname: 'cycle', arg: { Boolean: { boolval: sequence.cycle } } } },
  ]
}

/** What a new table gets of a source once it is there: checks, indexes and keys, and comments on them. */
export const copyLike = async (context: DefinitionContext, target: number, source: LikeSource): Promise<void> => {
  const { snapshot } = context.catalog
  const { relation } = source
  if (source.includes('constraints')) {
    for (const constraint of snapshot.constraintsOf(relation.oid)) {
      if (constraint.check === null) continue
      const node = {
        contype: 'CONSTR_CHECK',
        conname: constraint.name,
        raw_expr: unbindColumns(constraint.check, relation) as unknown as Node,
        is_no_inherit: constraint.noInherit,
      } as const
      await addConstraint(context, target, { node, column: null })
      if (source.includes('comments')) commentConstraint(context, target, constraint.name, constraint.comment)
    }
  }
  if (!source.includes('indexes')) return
  for (const index of snapshot.indexesOf(relation.oid)) {
    const made = await copyIndex(context, relation, currentRelation(context, target), index)
    if (source.includes('comments')) {
      context.catalog.put({ ...currentRelation(context, made.oid), comment: index.comment })
    }
  }
}

const commentConstraint = (context: DefinitionContext, table: number, name: string, comment: string | null): void => {
  const constraint = context.catalog.snapshot.constraintsOf(table).find((c) => c.name === name)
  if (constraint !== undefined && comment !== null) context.catalog.put({ ...constraint, comment })
}
