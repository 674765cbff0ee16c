/** CREATE VIEW. */
import { analyzeStatement } from '../../analyze/analyze.ts'
import type { Query } from '../../analyze/query.ts'
import type { Column, ParseTree, RelationObject } from '../../catalog/objects.ts'
import {
  duplicateColumnName,
  duplicateRelation,
  invalidTableDefinition,
  notOfKind,
  viewColumnChange,
} from '../../errors/raise/definitions.ts'
import { namesOf, type Node, type RangeVar, type ViewStmt } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { analysisFor, targetSchema, truncateName, type DefinitionContext } from './context.ts'
import { storeTable } from './create-table.ts'
import { qualifyTables } from './qualify.ts'

const CHECK_OPTIONS = { LOCAL_CHECK_OPTION: 'local', CASCADED_CHECK_OPTION: 'cascaded', NO_CHECK_OPTION: null } as const

export const createView = (context: DefinitionContext, node: ViewStmt): void => {
  const range = node.view as RangeVar
  const name = truncateName(range.relname as string)
  const schema = range.relpersistence === 't' ? context.temporarySchema() : targetSchema(context, range.schemaname).oid
  const tree = qualifyTables(context, node.query as unknown as ParseTree)
  const analysis = analysisFor(context)
  const query = analyzeStatement(analysis, tree as unknown as Node) as Query
  const columns = viewColumns(query, namesOf(node.aliases))
  const view = { query: tree, checkOption: CHECK_OPTIONS[node.withCheckOption ?? 'NO_CHECK_OPTION'] }
  const depends = [...analysis.relations].map((oid) => ({ oid, attnum: 0, kind: 'normal' as const }))
  const existing = context.catalog.snapshot.relationIn(schema, name)
  if (existing !== null) {
    if (!node.replace) throw duplicateRelation(name)
    if (existing.kind !== 'v') throw notOfKind(name, 'view')
    checkReplacement(existing, columns)
    context.catalog.put({ ...existing, columns, view, depends })
    return
  }
  const relation = storeTable(context, {
    name,
    schema,
    columns,
    persistence: (range.relpersistence ?? 'p') as RelationObject['persistence'],
    kind: 'v',
  })
  context.catalog.put({ ...relation, view, depends })
}

export const viewColumns = (query: Query, names: readonly string[]): Column[] => {
  if (names.length > query.outputs.length) {
    throw invalidTableDefinition('CREATE VIEW specifies more column names than columns')
  }
  const seen = new Set<string>()
  return query.outputs.map((output, i) => {
    const name = names[i] ?? output.name
    if (seen.has(name)) throw duplicateColumnName(name)
    seen.add(name)
    if (output.type.kind === 'p')
      throw invalidTableDefinition(`column "${name}" has pseudo-type ${output.type.sqlName}`)
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
      throw viewColumnChange(`cannot change name of view column "${before.name}" to "${now.name}"`)
    }
    if (now.type.oid !== before.type.oid || now.typmod !== before.typmod) {
      const [from, to] = [formatType(before.type, before.typmod), formatType(now.type, now.typmod)]
      throw viewColumnChange(`cannot change data type of view column "${before.name}" from ${from} to ${to}`)
    }
  }
}
