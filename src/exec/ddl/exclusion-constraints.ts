/** EXCLUDE constraints: an index, and an operator for each key that must not hold between two rows. */
import type { Expr } from '../../analyze/expression.ts'
import { operatorOn } from '../../analyze/operators.ts'
import type { ConstraintObject, IndexKey } from '../../catalog/objects.ts'
import { operatorClass, BTREE, METHOD_OIDS } from '../../catalog/system/data/operator-classes.ts'
import { undefinedOperator } from '../../errors/raise/analysis.ts'
import {
  exclusionOnPartitioned,
  noExclusionSupport,
  noSuchKeyColumn,
  notCommutative,
  notInOperatorFamily,
} from '../../errors/raise/definitions.ts'
import type { OperatorRecord } from '../../functions/records.ts'
import { bodyOf, type Constraint, type IndexElem, listItems, type Node, namesOf } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { constraintBase, constraintName, keyNameTaken } from './constraint-parts.ts'
import { analysisFor, chooseName, currentRelation, type DefinitionContext } from './context.ts'
import { createIndex, indexColumnNames, indexKey, indexPredicate } from './create-index.ts'
import { methodOf } from './index-methods.ts'

const EQUALITY_STRATEGY = 3
/** Access methods with operators that can be looked up one row at a time. */
const METHODS = new Set(['btree', 'hash', 'gist', 'spgist'])

/** Adds an EXCLUDE constraint; rows that are there already must satisfy it. */
export const addExclusion = async (context: DefinitionContext, table: number, node: Constraint): Promise<void> => {
  const relation = currentRelation(context, table)
  if (relation.kind === 'p') throw exclusionOnPartitioned(node.location)
  const method = methodOf(node.access_method)
  if (!METHODS.has(method)) throw noExclusionSupport(method)
  const pairs = (node.exclusions ?? []).map((pair) => listItems(pair))
  const elements = pairs.map(([element]) => bodyOf(element as Node, 'IndexElem') as IndexElem)
  const columnNamed = (name: string): number => {
    const column = relation.columns.find((c) => c.name === name && !c.dropped)
    if (column === undefined) throw noSuchKeyColumn(name)
    return column.attnum
  }
  for (const { name } of elements) if (name !== undefined) columnNamed(name)
  const keys = elements.map((element) => indexKey(context, relation, element, method))
  const operators = keys.map((key, i) =>
    exclusionOperator(context, key, method, namesOf(listItems(pairs[i]?.[1])).at(-1) ?? ''),
  )
  const including = namesOf(node.including)
  const name =
    node.conname ??
    chooseName(
      relation.name,
      indexColumnNames([...elements, ...including.map((name) => ({ name }))]).join('_'),
      'excl',
      keyNameTaken(context, relation),
    )
  const base = constraintBase(
    context,
    relation,
    constraintName(context, relation, { ...node, conname: name }, null, ''),
    node,
  )
  const attnums = keys.map((key) => key.attnum)
  const constraint: ConstraintObject = {
    ...base,
    type: 'exclude',
    columns: attnums,
    depends: [...new Set(attnums)].map((attnum) => ({ oid: table, attnum, kind: 'auto' })),
  }
  await createIndex(context, relation, {
    name,
    constraint,
    keys,
    included: including.map(columnNamed),
    unique: false,
    primary: false,
    nullsNotDistinct: false,
    immediate: !(node.deferrable ?? false),
    predicate: indexPredicate(context, relation, node.where_clause),
    exclusion: operators.map((operator) => operator.oid),
    method,
    depends: [{ oid: constraint.oid, attnum: 0, kind: 'internal' }],
    options: [],
  })
}

/** The operator of a key: commutative, and one that the index can answer. */
const exclusionOperator = (
  context: DefinitionContext,
  { type, opclass }: IndexKey,
  method: string,
  symbol: string,
): OperatorRecord => {
  const side = (id: number): Expr => ({ kind: 'column', id, name: '', type, typmod: -1 })
  const call = operatorOn(analysisFor(context), symbol, side(0), side(1), undefined)
  const operator = call.kind === 'call' ? call.operator : null
  if (call.kind !== 'call' || operator === null) throw undefinedOperator(symbol)
  const text = `${symbol}(${[operator.left, operator.right].map((oid) => formatType(context.catalog.snapshot.typeOf(oid), -1)).join(',')})`
  if (operator.commutator !== operator.oid) throw notCommutative(text)
  const isEquality = operator.strategy === EQUALITY_STRATEGY
  if ((method === 'btree' || method === 'hash') && !isEquality) {
    throw notInOperatorFamily(text, operatorClass(type, METHOD_OIDS[method] ?? BTREE, opclass)?.familyName ?? '')
  }
  return operator
}
