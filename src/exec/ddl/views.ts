/** CREATE VIEW. */
import { analyzeStatement } from '../../analyze/analyze.ts'
import type { Query } from '../../analyze/query.ts'
import { queryDependencies } from '../../analyze/query-dependencies.ts'
import { bindRelations } from '../../analyze/stored-trees.ts'
import { updatableView, views } from '../../analyze/updatable-views.ts'
import type { Column, ParseTree, RelationObject } from '../../catalog/objects.ts'
import { viewCheckOption } from '../../catalog/view-options.ts'
import { INDETERMINATE } from '../../types/collation.ts'
import { noCollation } from '../../errors/raise/collations.ts'
import { syntaxErrorAt } from '../../errors/raise/analysis.ts'
import {
  checkOptionNotSupported,
  duplicateColumnName,
  duplicateRelation,
  invalidTableDefinition,
  notOfKind,
  notSupported,
  temporaryElsewhere,
  viewColumnChange,
} from '../../errors/raise/definitions.ts'
import { bodyOf, namesOf, type Node, type RangeVar, type ViewStmt } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import {
  analysisFor,
  isTemporaryName,
  noticeOf,
  creationTarget,
  truncateName,
  type DefinitionContext,
} from './context.ts'
import { requireTableOwner } from './permissions.ts'
import { storeTable } from './create-table.ts'
import { changedOptions } from './relation-options.ts'

const CHECK_OPTIONS = { LOCAL_CHECK_OPTION: 'local', CASCADED_CHECK_OPTION: 'cascaded', NO_CHECK_OPTION: null } as const

export const createView = (context: DefinitionContext, node: ViewStmt): void => {
  const range = node.view as RangeVar
  const name = truncateName(range.relname as string)
  if (range.relpersistence === 'u') throw syntaxErrorAt('views cannot be unlogged because they do not have storage')
  refuseUnviewable(node.query as Node)
  const tree = structuredClone(node.query) as unknown as ParseTree
  const analysis = analysisFor(context)
  const query = analyzeStatement(analysis, tree as unknown as Node) as Query
  const columns = viewColumns(query, namesOf(node.aliases))
  bindRelations(tree, analysis.ranges)
  const temporary = isTemporary(context, range, analysis.ranges.values())
  if (temporary && range.schemaname !== undefined && !/^pg_temp(_|$)/.test(range.schemaname))
    throw temporaryElsewhere(undefined)
  const schema = temporary ? context.temporarySchema() : creationTarget(context, range.schemaname).oid
  const options = viewOptions(node)
  const view = { query: tree }
  const keys = Array.from(analysis.keys, (oid) => ({ oid, attnum: 0, kind: 'normal' as const }))
  const depends = [...queryDependencies(query), ...keys]
  const existing = context.catalog.snapshot.relationIn(schema, name)
  if (existing !== null) {
    if (!node.replace) throw duplicateRelation(name)
    if (existing.kind !== 'v') throw notOfKind(name, 'view')
    requireTableOwner(context, existing)
    checkReplacement(existing, columns)
    const kept = columns.map((column, i) => {
      const before = existing.columns[i]
      return before === undefined ? column : { ...column, default: before.default, comment: before.comment }
    })
    const changed = { ...existing, columns: kept, view, depends, options }
    context.catalog.put(changed)
    requireCheckable(context, changed)
    return
  }
  const persistence = temporary ? 't' : 'p'
  const relation = { ...storeTable(context, { name, schema, columns, persistence, kind: 'v', options }), view, depends }
  context.catalog.put(relation)
  requireCheckable(context, relation)
}

/** What a view's query may not do. */
const refuseUnviewable = (query: Node): void => {
  const select = bodyOf(query, 'SelectStmt')
  if (select?.intoClause !== undefined) throw notSupported('views must not contain SELECT INTO')
  const modifies = select?.withClause?.ctes?.some((n) => {
    const body = bodyOf(n, 'CommonTableExpr')?.ctequery
    return body !== undefined && bodyOf(body, 'SelectStmt') === undefined
  })
  if (modifies) throw notSupported('views must not contain data-modifying statements in WITH')
}

/** A view over something temporary is temporary itself. */
const isTemporary = (context: DefinitionContext, range: RangeVar, relations: Iterable<RelationObject>): boolean => {
  if (isTemporaryName(context, range)) return true
  const found = [...relations].some((relation) => relation.persistence === 't')
  if (found) noticeOf(context, `view "${range.relname}" will be a temporary view`)
  return found
}

const viewOptions = (node: ViewStmt): string[] => {
  const options = changedOptions('v', [], node.options ?? [])
  const checkOption = CHECK_OPTIONS[node.withCheckOption ?? 'NO_CHECK_OPTION']
  return checkOption === null ? options : [...options, `check_option=${checkOption}`]
}

/** WITH CHECK OPTION needs a view whose rows can be changed. Throws 0A000. */
export const requireCheckable = (context: DefinitionContext, view: RelationObject): void => {
  if (viewCheckOption(view) === null) return
  const analysis = analysisFor(context)
  const found = updatableView(view, analysis.rules.view(analysis, view))
  const reason =
    'reason' in found ? found.reason : found.columnless !== null ? views('that have no updatable columns') : null
  if (reason !== null) throw checkOptionNotSupported(reason)
}

export const viewColumns = (query: Query, names: readonly string[]): Column[] => {
  if (names.length > query.outputs.length) {
    throw syntaxErrorAt('CREATE VIEW specifies more column names than columns')
  }
  const seen = new Set<string>()
  return query.outputs.map((output, i) => {
    const name = names[i] ?? output.name
    if (seen.has(name)) throw duplicateColumnName(name)
    seen.add(name)
    if (output.type.kind === 'p')
      throw invalidTableDefinition(`column "${name}" has pseudo-type ${output.type.sqlName}`)
    if (output.type.collated === INDETERMINATE) throw noCollation(name, formatType(output.type, -1))
    return {
      attnum: i + 1,
      name,
      type: output.type,
      typmod: output.typmod,
      notNull: false,
      default: null,
      generated: false,
      identity: null,
      dropped: false,
      missing: null,
      collation: output.type.collation,
      comment: null,
    }
  })
}

/** CREATE OR REPLACE may only add columns at the end. */
const checkReplacement = (view: RelationObject, columns: readonly Column[]): void => {
  const old = view.columns.filter((c) => !c.dropped)
  if (columns.length < old.length) throw viewColumnChange('cannot drop columns from view')
  for (const [i, before] of old.entries()) {
    const now = columns[i] as Column
    if (now.name !== before.name) {
      throw viewColumnChange(`cannot change name of view column "${before.name}" to "${now.name}"`, {
        hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.',
      })
    }
    if (now.type.oid === before.type.oid && now.typmod === before.typmod && now.collation !== before.collation) {
      const [from, to] = [before, now].map(({ type }) => type.collated?.name ?? 'default')
      throw viewColumnChange(`cannot change collation of view column "${before.name}" from "${from}" to "${to}"`)
    }
    if (now.type.oid !== before.type.oid || now.typmod !== before.typmod) {
      const [from, to] = [formatType(before.type, before.typmod), formatType(now.type, now.typmod)]
      throw viewColumnChange(`cannot change data type of view column "${before.name}" from ${from} to ${to}`)
    }
  }
}
