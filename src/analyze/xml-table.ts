/** XMLTABLE in FROM. */
import { invalidColumnReference, type Location, setofColumn, syntaxErrorAt } from '../errors/raise/analysis.ts'
import { xmlTable, type XmlTableColumn } from '../functions/xml/xml-table.ts'
import { bodyOf, namesOf, type Node, type RangeTableFunc, type RangeTableFuncCol } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { renamed, simple, type FromResult } from './from-names.ts'
import { locationOf } from './location.ts'
import type { FunctionItem, OutputColumn } from './query.ts'
import { CLAUSE, type Scope } from './scope.ts'
import { resolveTypeName } from './type-name.ts'
import { constructArgument } from './xml.ts'

export const rangeXmlTable = (context: AnalysisContext, scope: Scope, node: RangeTableFunc): FromResult => {
  const args: Expr[] = []
  const add = (arg: Node, type: SqlType, typmod = -1): number =>
    args.push(scope.within(CLAUSE.from, () => constructArgument(context, scope, arg, { type, typmod }, 'XMLTABLE'))) - 1
  const text = context.typeOf(OID.text)
  // In the order of XML_TABLE_ARGUMENTS.
  add(node.rowexpr as Node, text)
  add(node.docexpr as Node, context.typeOf(OID.xml))
  const definitions = (node.columns ?? []).map((column) => bodyOf(column, 'RangeTableFuncCol') as RangeTableFuncCol)
  const namespaces = namespaceNames(node.namespaces ?? [])
  for (const namespace of node.namespaces ?? []) add(bodyOf(namespace, 'ResTarget')?.val as Node, text)
  const columns: XmlTableColumn[] = []
  for (const definition of definitions) {
    const column = columnOf(context, definition, columns, add)
    if (columns.some(({ name }) => name === column.name))
      throw syntaxErrorAt(`column name "${column.name}" is not unique`, definition.location)
    columns.push(column)
  }
  const syntax = { namespaces, columns }
  const fn = xmlTable(
    syntax,
    args.map((arg) => arg.type.oid),
  )
  const produced = columns.map(
    ({ name, type, typmod }): OutputColumn => ({
      id: context.freshColumn(),
      name,
      type,
      typmod,
      tableOid: 0,
      attnum: 0,
    }),
  )
  const alias = node.alias?.aliasname ?? fn.name
  const given = namesOf(node.alias?.colnames).length
  if (given > produced.length) {
    throw invalidColumnReference(
      `XMLTABLE function has ${produced.length} columns available but ${given} columns specified`,
    )
  }
  const named = renamed(produced, node.alias, alias)
  const record = columns.map(({ name, type, typmod }) => ({ name, type, typmod }))
  const call = { function: fn, args, columns: named, type: context.typeOf(OID.record), record, expands: true }
  const item: FunctionItem = {
    kind: 'function',
    calls: [{ ...call, xmlTable: syntax }],
    ordinality: null,
    alias,
    columns: named,
    lateral: true,
    refersBack: args.some((arg) => scope.ownsColumnOf(arg)),
  }
  return simple(context, item)
}

/** Prefixes, null for the default namespace. */
const namespaceNames = (nodes: readonly Node[]): (string | null)[] => {
  const names: (string | null)[] = []
  for (const node of nodes) {
    const name = bodyOf(node, 'ResTarget')?.name ?? null
    const location: Location = locationOf(node)
    if (names.includes(name)) {
      throw name === null
        ? syntaxErrorAt('only one default namespace is allowed', location)
        : syntaxErrorAt(`namespace name "${name}" is not unique`, location)
    }
    names.push(name)
  }
  return names
}

const columnOf = (
  context: AnalysisContext,
  definition: RangeTableFuncCol,
  before: readonly XmlTableColumn[],
  add: (arg: Node, type: SqlType, typmod?: number) => number,
): XmlTableColumn => {
  const { location, colexpr, coldefexpr } = definition
  const name = definition.colname as string
  if (definition.for_ordinality === true) {
    if (before.some((column) => column.isOrdinality))
      throw syntaxErrorAt('only one FOR ORDINALITY column is allowed', location)
    const type = context.typeOf(OID.int4)
    return { name, type, typmod: -1, isOrdinality: true, isNotNull: false, path: null, fallback: null }
  }
  if (definition.typeName?.setof === true) throw setofColumn(name, location)
  const { type, typmod } = resolveTypeName(context, definition.typeName ?? {})
  const path = colexpr === undefined ? null : add(colexpr, context.typeOf(OID.text))
  const fallback = coldefexpr === undefined ? null : add(coldefexpr, type, typmod)
  return { name, type, typmod, isOrdinality: false, isNotNull: definition.is_not_null === true, path, fallback }
}
