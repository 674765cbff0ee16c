/** Functions in FROM: set-returning and scalar, ROWS FROM, WITH ORDINALITY, column definition lists. */
import { syntaxErrorAt } from '../errors/raise/analysis.ts'
import { bodyOf, listItems, namesOf, type ColumnDef, type Node, type RangeFunction } from '../sql/ast.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { OID } from '../types/oids.ts'
import { isRowType } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import { settleUnknown } from './coerce.ts'
import { columnNameOf } from './column-names.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { columnRef } from './nodes.ts'
import type { FunctionCall, FunctionItem, OutputColumn } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { resolveTypeName } from './type-name.ts'
import { renamed, simple, type FromResult } from './from-names.ts'

export const rangeFunction = (context: AnalysisContext, scope: Scope, node: RangeFunction): FromResult => {
  const entries = (node.functions ?? []).flatMap(unnestApart)
  // The entry's alias is the name of its only column, too.
  const columnAlias = entries.length === 1 ? node.alias?.aliasname : undefined
  const calls = entries.map(([fn, definitions]) => {
    const own = listItems(definitions).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    const shared = (node.coldeflist ?? []).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    return functionCall(context, scope, fn as Node, own.length > 0 ? own : shared, columnAlias)
  })
  const ordinality: OutputColumn | null = node.ordinality
    ? {
        id: context.freshColumn(),
        name: 'ordinality',
        type: context.typeOf(OID.int8),
        typmod: -1,
        tableOid: 0,
        attnum: 0,
      }
    : null
  const produced = [...calls.flatMap((c) => c.columns), ...(ordinality === null ? [] : [ordinality])]
  const alias = node.alias?.aliasname ?? calls[0]?.name ?? 'function'
  const columns = renamed(produced, node.alias, alias)
  let next = 0
  const item: FunctionItem = {
    kind: 'function',
    calls: calls.map(({ name: _name, rowType: _rowType, ...call }) => ({
      ...call,
      columns: call.columns.map(() => columns[next++] as OutputColumn),
    })),
    ordinality: ordinality === null ? null : (columns.at(-1) as OutputColumn),
    alias,
    columns,
    lateral: true,
    refersBack: calls.some((call) => call.args.some((arg) => scope.ownsColumnOf(arg))),
  }
  const [first, ...others] = calls
  if (first === undefined || others.length > 0 || ordinality !== null) return simple(context, item)
  // One function's row is its value: as such, or as a row of the type that it answers.
  const only = columns[0]
  if (!first.expands && only !== undefined) return simple(context, item, { wholeRow: () => columnRef(only) })
  const { rowType } = first
  if (rowType === null) return simple(context, item)
  const wholeRow = (): Expr => ({
    kind: 'row',
    whole: true,
    fields: columns.map(columnRef),
    names: columns.map((column) => column.name),
    type: rowType,
    typmod: -1,
  })
  return simple(context, item, { wholeRow })
}

/** An entry's call and column definitions; `unnest(a, b)` is `unnest(a), unnest(b)` side by side. */
const unnestApart = (entry: Node): (readonly Node[])[] => {
  const [fn, definitions] = listItems(entry)
  const call = fn === undefined ? undefined : bodyOf(fn, 'FuncCall')
  if (call === undefined || namesOf(call.funcname).at(-1) !== 'unnest' || (call.args ?? []).length < 2) {
    return [listItems(entry)]
  }
  return (call.args ?? []).map((arg) => [{ FuncCall: { ...call, args: [arg] } }, ...(definitions ? [definitions] : [])])
}

interface RangeCall extends FunctionCall {
  readonly name: string
  /** The named row type that the call answers. */
  readonly rowType: SqlType | null
}

const functionCall = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  definitions: readonly ColumnDef[],
  columnAlias: string | undefined,
): RangeCall => {
  const analyzed = scope.within(CLAUSE.from, () => context.expr(scope, node))
  const call = analyzed.kind === 'set-call' ? analyzed : settleUnknown(context, analyzed)
  const name =
    namesOf(bodyOf(node, 'FuncCall')?.funcname).at(-1) ??
    (call.kind === 'call' ? call.function.name : columnNameOf(node))
  const column = (columnName: string, type: SqlType, typmod = -1): OutputColumn => ({
    id: context.freshColumn(),
    name: columnName,
    type,
    typmod,
    tableOid: 0,
    attnum: 0,
  })
  const base = baseTypeOf(call.type)
  const outputs = call.kind === 'call' || call.kind === 'set-call' ? call.columns : undefined
  const shape = {
    name,
    function: call.kind === 'set-call' ? call.function : null,
    args: call.kind === 'set-call' ? call.args : [call],
    type: call.type,
    rowType: isRowType(base) ? call.type : null,
  }
  checkDefinitions(call, definitions, outputs !== undefined, isRowType(base), locationOf(node))
  if (definitions.length > 0) {
    const columns = definitions.map((definition) => {
      const resolved = resolveTypeName(context, definition.typeName ?? {})
      return column(definition.colname as string, resolved.type, resolved.typmod)
    })
    const record = columns.map(({ name: n, type, typmod }) => ({ name: n, type, typmod }))
    const args = call.kind === 'call' ? [{ ...call, columns: record }] : shape.args
    return { ...shape, args, columns, record, expands: true, defined: true }
  }
  if (outputs !== undefined) {
    const columns = outputs.map((output) => column(output.name, output.type))
    return { ...shape, columns, record: outputs, expands: call.type.oid === OID.record }
  }
  if (isRowType(base)) {
    const columns = base.fields().map((field) => column(field.name, field.type, field.typmod))
    return { ...shape, columns, expands: true }
  }
  const named = call.kind === 'call' || call.kind === 'set-call' ? call.function.resultName : undefined
  const single = named ?? columnAlias ?? name
  return { ...shape, columns: [column(single, call.type, call.typmod)], expands: false }
}

/** A column definition list stands where only it can tell the columns. */
const checkDefinitions = (
  call: Expr,
  definitions: readonly ColumnDef[],
  hasOutputs: boolean,
  isComposite: boolean,
  location: number | undefined,
): void => {
  if (definitions.length === 0) {
    if (call.type.oid !== OID.record || hasOutputs) return
    throw syntaxErrorAt('a column definition list is required for functions returning "record"', location)
  }
  if (hasOutputs) {
    throw syntaxErrorAt('a column definition list is redundant for a function with OUT parameters', location)
  }
  if (isComposite) {
    throw syntaxErrorAt(
      'a column definition list is redundant for a function returning a named composite type',
      location,
    )
  }
  if (call.type.oid !== OID.record) {
    throw syntaxErrorAt('a column definition list is only allowed for functions returning "record"', location)
  }
}
