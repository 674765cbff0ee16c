/** COPY between tables or queries and the client. */
import { isOwner } from '../../catalog/privileges/check.ts'
import { affectedByRowSecurity, copyIntoSecured } from '../../errors/raise/privileges.ts'
import { cannotCopyPartitioned } from '../../errors/raise/copy.ts'
import { appliesRowSecurity } from '../../catalog/privileges/row-security.ts'
import { requireOnTable } from '../../exec/ddl/permissions.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { analysisContext } from '../../analyze/analyze.ts'
import { ParameterTypes } from '../../analyze/context.ts'
import { namedRelation } from '../../analyze/from.ts'
import { columnDefault, liveColumns } from '../../analyze/table-expressions.ts'
import type { Column, RelationObject } from '../../catalog/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { duplicateColumnName, generatedNotCopied, notOfKind, notSupported } from '../../errors/raise/definitions.ts'
import { CopyInto } from '../../exec/copy/copy-into.ts'
import { copyOptions, type CopyOptionItem, type CopyOptions } from '../../exec/copy/options.ts'
import { binaryCopyWriter, textCopyWriter } from '../../exec/copy/writers.ts'
import { bodyOf, listItems, namesOf, type CopyStmt, type Node, type RangeVar } from '../../sql/ast.ts'
import type { Batch } from '../../vector/batch.ts'
import { Wait } from '../../vector/wait.ts'
import type { FieldDescription, ResultSink } from '../contract.ts'
import type { SessionCore } from '../core.ts'
import { lockTables, plan, runPlan } from '../execute-statement.ts'
import { RunningChecks } from '../run-plan.ts'
import { sequencesIn } from '../sequence-locks.ts'
import type { UtilityCall, UtilityHandlers } from './handler.ts'

const optionItem = (node: Node): CopyOptionItem => {
  const { defname = '', arg } = bodyOf(node, 'DefElem') ?? {}
  if (arg === undefined) return { name: defname, value: null }
  const list = listItems(arg)
  if (list.length > 0) return { name: defname, value: namesOf(list) }
  const boolean = bodyOf(arg, 'Boolean')
  if (boolean !== undefined) return { name: defname, value: boolean.boolval ?? false }
  const integer = bodyOf(arg, 'Integer')
  if (integer !== undefined) return { name: defname, value: integer.ival ?? 0 }
  if ('A_Star' in arg) return { name: defname, value: '*' }
  return { name: defname, value: bodyOf(arg, 'String')?.sval ?? '' }
}

const copyColumns = (relation: RelationObject, node: CopyStmt): Column[] => {
  const names = namesOf(node.attlist)
  if (names.length === 0) return relation.columns.filter((c) => !c.dropped && !c.generated)
  return names.map((name, i) => {
    const column = relation.columns.find((c) => c.name === name && !c.dropped)
    if (column === undefined) throw undefinedColumnOfRelation(name, relation.name)
    if (column.generated) throw generatedNotCopied(name)
    if (names.indexOf(name) !== i) throw duplicateColumnName(name)
    return column
  })
}

const analysisOf = (core: SessionCore) =>
  analysisContext({
    catalog: core.catalog,
    searchPath: core.searchPath,
    format: core.format,
    parameters: new ParameterTypes([], false),
    databaseName: core.databaseName,
    actingRole: core.actingRole,
  })

/** Locks the sequences that columns without data take their values of. */
const lockSequences = async (core: SessionCore, relation: RelationObject, given: readonly Column[]): Promise<void> => {
  const analysis = analysisOf(core)
  const defaults = liveColumns(relation)
    .filter((column) => !given.includes(column))
    .flatMap((column) => columnDefault(analysis, column) ?? [])
  for (const sequence of sequencesIn(defaults, core.catalog)) {
    const locked = core.block.transaction.lockTable(sequence, 'rowExclusive')
    if (locked instanceof Wait) await locked.promise
  }
}

const copyFrom = async (core: SessionCore, node: CopyStmt, options: CopyOptions, sink: ResultSink): Promise<string> => {
  const { transaction } = core.block
  transaction.checkWritable('COPY FROM')
  const relation = namedRelation(core, node.relation as RangeVar)
  if ((relation.kind !== 'r' && relation.kind !== 'p') || relation.system !== null)
    throw notOfKind(relation.name, 'table')
  requireOnTable(
    { catalog: core.block.catalog, owner: core.actingRole },
    relation,
    PRIVILEGE.INSERT,
    copyColumns(relation, node).map(({ attnum }) => attnum),
  )
  if (appliesRowSecurity(core.catalog, core.actingRole, relation)) {
    if (core.settings.bool('row_security')) throw copyIntoSecured()
    throw affectedByRowSecurity(relation.name, isOwner(core.catalog, core.actingRole, relation))
  }
  const locked = transaction.lockTable(relation.oid, 'rowExclusive')
  if (locked instanceof Wait) await locked.promise
  await lockSequences(core, relation, copyColumns(relation, node))
  transaction.advanceCommand()
  const context = core.execution([])
  const checks = new RunningChecks(context, core.block.checks)
  const analysis = analysisOf(core)
  const columns = copyColumns(relation, node)
  const into = new CopyInto(relation, columns, options, context, checks.events, analysis, node.whereClause ?? null)
  core.running = context
  try {
    const input = sink.copyIn(options.format === 'binary' ? 'binary' : 'text', columns.length)
    for await (const chunk of input) await into.push(chunk)
    await into.finish()
    await checks.run()
  } finally {
    core.running = null
    transaction.endStatement()
  }
  return `COPY ${into.rows}`
}

/** Hands rows on as COPY data. */
class CopySink implements Pick<ResultSink, 'rows'> {
  readonly #sink: ResultSink
  readonly #core: SessionCore
  readonly #options: CopyOptions
  readonly #text: ReturnType<typeof textCopyWriter>
  count = 0

  constructor(core: SessionCore, fields: readonly FieldDescription[], options: CopyOptions, sink: ResultSink) {
    this.#core = core
    this.#options = options
    this.#sink = sink
    this.#text = textCopyWriter(
      fields.map((f) => f.name),
      options,
    )
  }

  async begin(width: number): Promise<void> {
    const binary = this.#options.format === 'binary'
    this.#sink.copyOutBegin(binary ? 'binary' : 'text', width)
    const header = binary ? binaryCopyWriter.header() : this.#text.header()
    if (header !== null) await this.#sink.copyOutData(header)
  }

  async rows(batch: Batch, fields: readonly FieldDescription[]): Promise<void> {
    const { format } = this.#core
    const chunks: Uint8Array[] = []
    for (let k = 0; k < batch.count; k++) {
      const row = batch.row(k)
      chunks.push(
        this.#options.format === 'binary'
          ? binaryCopyWriter.row(
              row.map((value, i) => (value === null ? null : (fields[i] as FieldDescription).type.send(value, format))),
            )
          : this.#text.row(
              row.map((value, i) =>
                value === null ? null : (fields[i] as FieldDescription).type.format(value, format),
              ),
            ),
      )
    }
    this.count += batch.count
    for (const chunk of chunks) {
      const held = this.#sink.copyOutData(chunk)
      if (held !== undefined) await held
    }
  }

  async end(): Promise<void> {
    if (this.#options.format === 'binary') await this.#sink.copyOutData(binaryCopyWriter.trailer())
    this.#sink.copyOutEnd()
  }
}

/** COPY TO: the rows of a query, or of a table's columns. */
const copyTo = async (core: SessionCore, node: CopyStmt, options: CopyOptions, sink: ResultSink): Promise<string> => {
  const query = node.query ?? tableQuery(core, node)
  const again = () => plan(core, query, [], false)
  const statement = await lockTables(core, again(), again)
  if (statement.fields === null) throw notSupported('COPY query must have a RETURNING clause')
  const out = new CopySink(core, statement.fields, options, sink)
  await out.begin(statement.fields.length)
  await runPlan(core, statement, [], { ...EMPTY_SINK, rows: (batch, fields) => out.rows(batch, fields) })
  await out.end()
  return `COPY ${out.count}`
}

const EMPTY_SINK: ResultSink = {
  rowDescription: () => {},
  rows: () => {},
  commandComplete: () => {},
  emptyQuery: () => {},
  copyIn: () => {
    throw new Error('COPY inside COPY')
  },
  copyOutBegin: () => {},
  copyOutData: () => {},
  copyOutEnd: () => {},
}

const tableQuery = (core: SessionCore, node: CopyStmt): Node => {
  const range = node.relation as RangeVar
  const relation = namedRelation(core, range)
  if (relation.kind === 'v') throw notOfKind(relation.name, 'table', 'Try the COPY (SELECT ...) TO variant.')
  if (relation.kind === 'p') throw cannotCopyPartitioned(relation.name)
  const columns = copyColumns(relation, node)
  requireOnTable(
    { catalog: core.block.catalog, owner: core.actingRole },
    relation,
    PRIVILEGE.SELECT,
    columns.map(({ attnum }) => attnum),
  )
  const targets = columns.map(
    (column): Node => ({
      ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: column.name } }] } } },
    }),
  )
  return { SelectStmt: { targetList: targets, fromClause: [{ RangeVar: { ...range, inh: false } }], op: 'SETOP_NONE' } }
}

export const copyHandlers: UtilityHandlers = {
  CopyStmt: (core: SessionCore, node: CopyStmt, { sink }: UtilityCall) => {
    if (node.filename !== undefined || node.is_program)
      throw notSupported('COPY with a file or program on the server is not supported')
    const options = copyOptions((node.options ?? []).map(optionItem), node.is_from ? 'from' : 'to')
    return node.is_from ? copyFrom(core, node, options, sink) : copyTo(core, node, options, sink)
  },
}
