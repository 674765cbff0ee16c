/** CLUSTER: rows are stored anew in the order of an index. */
import { unbindColumns } from '../../analyze/stored-trees.ts'
import { namedRelation } from '../../analyze/from.ts'
import { withDescendants } from '../../catalog/inheritance.ts'
import type { IndexDefinition, IndexKey, RelationObject } from '../../catalog/objects.ts'
import { undefinedObject } from '../../errors/raise/analysis.ts'
import { notOfKind, notSupported } from '../../errors/raise/definitions.ts'
import { unrecognizedOption } from '../../errors/raise/maintenance.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { clusteredBy, clusterIndex, markClustered } from '../../exec/ddl/clustering.ts'
import { currentRelation, type DefinitionContext } from '../../exec/ddl/context.ts'
import { storeAnew } from '../../exec/ddl/copy-rows.ts'
import { optionIsOn } from '../../exec/ddl/option-values.ts'
import { bodyOf, type ClusterStmt, type Node } from '../../sql/ast.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan } from '../execute-statement.ts'
import { nextTransaction } from './concurrent-indexes.ts'
import { eachRow } from './create-table-as.ts'
import { definitionContext } from './definition-context.ts'
import { requireNoBlock } from './transactions.ts'

/** System catalogs are computed: they have no order. */
const isSystem = ({ oid }: RelationObject): boolean => oid < 16384

export const clusterStatement = async (core: SessionCore, node: ClusterStmt, topLevel: boolean): Promise<string> => {
  const verbose = isVerbose(node)
  core.block.transaction.checkWritable('CLUSTER')
  if (node.relation === undefined) {
    await clusterAgain(core, verbose, topLevel)
    return 'CLUSTER'
  }
  const table = namedRelation(core, node.relation)
  if (!'rpm'.includes(table.kind)) throw notOfKind(table.name, 'table or materialized view')
  const context = definitionContext(core)
  const index =
    node.indexname === undefined ? clusteredBy(context, table) : clusterIndex(context, table, node.indexname)
  if (index === null) throw undefinedObject(`there is no previously clustered index for table "${table.name}"`)
  if (isSystem(table)) return 'CLUSTER'
  if (table.kind !== 'p') {
    await cluster(core, context, table.oid, index.oid, verbose)
    return 'CLUSTER'
  }
  requireNoBlock(core, 'CLUSTER', topLevel)
  for (const { oid } of withDescendants(core.catalog, index).filter(({ kind }) => kind === 'i')) {
    await nextTransaction(core)
    // Null: dropped meanwhile.
    const leaf = core.catalog.relation(oid)
    if (leaf?.index) await cluster(core, definitionContext(core), leaf.index.table, oid, verbose)
  }
  return 'CLUSTER'
}

const isVerbose = ({ params = [] }: ClusterStmt): boolean => {
  let verbose = false
  for (const param of params) {
    const option = bodyOf(param, 'DefElem') ?? {}
    if (option.defname !== 'verbose') throw unrecognizedOption('CLUSTER', option.defname ?? '', option.location)
    verbose = optionIsOn(option)
  }
  return verbose
}

/** All tables that have been clustered before, each in a transaction of its own. */
const clusterAgain = async (core: SessionCore, verbose: boolean, topLevel: boolean): Promise<void> => {
  requireNoBlock(core, 'CLUSTER', topLevel)
  const marked = [...core.catalog.all('relation')].filter(({ index }) => index?.clustered === true)
  for (const { oid } of marked) {
    await nextTransaction(core)
    const index = core.catalog.relation(oid)
    const table = core.catalog.relation(index?.index?.table ?? 0)
    if (index === null || table === null) continue
    if (table.persistence === 't' && table.schema !== core.temporarySchema) continue
    await cluster(core, definitionContext(core), table.oid, oid, verbose)
  }
}

const cluster = async (
  core: SessionCore,
  context: DefinitionContext,
  tableOid: number,
  indexOid: number,
  verbose: boolean,
): Promise<void> => {
  await context.lock(tableOid, 'accessExclusive')
  const table = currentRelation(context, tableOid)
  if (table.persistence === 't' && table.schema !== core.temporarySchema) {
    throw notSupported('cannot cluster temporary tables of other sessions')
  }
  const index = clusterIndex(context, table, currentRelation(context, indexOid).name)
  if (verbose) {
    const message = `clustering "${core.catalog.schema(table.schema)?.name}.${table.name}" using sequential scan and sort`
    core.notice({ severity: 'INFO', code: SQL_STATE.successful_completion, message })
  }
  markClustered(context, table, index)
  const query = inOrder(core, table, index.index as IndexDefinition)
  const again = () => plan(core, query, [], false)
  const statement = await lockTables(core, again(), again)
  const places = table.columns.filter((column) => !column.dropped).map((column) => column.attnum - 1)
  await storeAnew(context, currentRelation(context, tableOid), async (after, store) => {
    await eachRow(core, statement, [], (values) => {
      const row: Datum[] = new Array(after.columns.length).fill(null)
      for (const [i, at] of places.entries()) row[at] = values[i]
      return store(row)
    })
  })
}

const columnRef = (name: string): Node => ({ ColumnRef: { fields: [{ String: { sval: name } }] } })

/** The query for all rows of the table in the order of an index. */
const inOrder = (core: SessionCore, table: RelationObject, { keys }: IndexDefinition): Node => {
  const nameOf = (attnum: number): string => table.columns[attnum - 1]?.name ?? ''
  const keyNode = ({ attnum, expression }: IndexKey): Node =>
    expression === null ? columnRef(nameOf(attnum)) : (unbindColumns(expression, table) as unknown as Node)
  return {
    SelectStmt: {
      targetList: table.columns
        .filter((column) => !column.dropped)
        .map(({ name }): Node => ({ ResTarget: { val: columnRef(name) } })),
      fromClause: [
        {
          RangeVar: {
            schemaname: core.catalog.schema(table.schema)?.name ?? '',
            relname: table.name,
            inh: false,
            relpersistence: 'p',
          },
        },
      ],
      sortClause: keys.map(
        (key): Node => ({
          SortBy: {
            node: keyNode(key),
            sortby_dir: key.descending ? 'SORTBY_DESC' : 'SORTBY_ASC',
            sortby_nulls: key.nullsFirst ? 'SORTBY_NULLS_FIRST' : 'SORTBY_NULLS_LAST',
          },
        }),
      ),
      limitOption: 'LIMIT_OPTION_DEFAULT',
      op: 'SETOP_NONE',
    },
  }
}
