/** Functions in FROM: set-returning and scalar, ROWS FROM, WITH ORDINALITY, column definition lists. */
import { syntaxErrorAt } from '../errors/raise/analysis.ts'
import { bodyOf, listItems, namesOf, type ColumnDef, type Node, type RangeFunction } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { settleUnknown } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import { locationOf } from './location.ts'
import { columnRef } from './nodes.ts'
import type { FunctionItem, OutputColumn } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { resolveTypeName } from './type-name.ts'
import { renamed, simple, type FromResult } from './from-names.ts'

export const rangeFunction = (context: AnalysisContext, scope: Scope, node: RangeFunction): FromResult => {
  const calls = (node.functions ?? []).flatMap(unnestApart).map(([fn, definitions]) => {
    const own = listItems(definitions).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    const shared = (node.coldeflist ?? []).map((d) => bodyOf(d, 'ColumnDef') as ColumnDef)
    return functionCall(context, scope, fn as Node, own.length > 0 ? own : shared, node)
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
    calls: calls.map((call) => ({
      function: call.function,
      args: call.args,
      columns: call.columns.map(() => columns[next++] as OutputColumn),
    })),
    ordinality: ordinality === null ? null : (columns.at(-1) as OutputColumn),
    alias,
    columns,
    lateral: true,
  }
  // A function that returns one scalar column can be named as if the entry were its value.
  const only = columns[0]
  const scalar = columns.length === 1 && only !== undefined
  return simple(context, item, scalar ? { wholeRow: () => columnRef(only) } : {})
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

const functionCall = (
  context: AnalysisContext,
  scope: Scope,
  node: Node,
  definitions: readonly ColumnDef[],
  range: RangeFunction,
) => {
  const call = scope.within(CLAUSE.from, () => context.expr(scope, node))
  const name =
    namesOf(bodyOf(node, 'FuncCall')?.funcname).at(-1) ?? (call.kind === 'call' ? call.function.name : 'function')
  const column = (columnName: string, type: OutputColumn['type'], typmod = -1): OutputColumn => ({
    id: context.freshColumn(),
    name: columnName,
    type,
    typmod,
    tableOid: 0,
    attnum: 0,
  })
  const single = range.alias?.aliasname ?? name
  if (call.kind !== 'set-call') {
    return {
      name,
      function: null,
      args: [settleUnknown(context, call)],
      columns: [column(single, call.type, call.typmod)],
    }
  }
  const { function: fn, args, type } = call
  if (definitions.length > 0) {
    if (type.oid !== OID.record) {
      throw syntaxErrorAt('a column definition list is only allowed for functions returning "record"', locationOf(node))
    }
    const columns = definitions.map((d) => {
      const resolved = resolveTypeName(context, d.typeName ?? {})
      return column(d.colname as string, resolved.type, resolved.typmod)
    })
    return { name, function: fn, args, columns }
  }
  if (fn.columns !== undefined) {
    return {
      name,
      function: fn,
      args,
      columns: fn.columns.map((c) => column(c.name, context.typeOf(c.type))),
    }
  }
  if (type.oid === OID.record) {
    throw syntaxErrorAt('a column definition list is required for functions returning "record"', locationOf(node))
  }
  return { name, function: fn, args, columns: [column(single, type)] }
}
