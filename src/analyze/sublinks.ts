/** Subqueries inside expressions: scalar, EXISTS, ARRAY(…), IN, op ANY and op ALL. */
import { featureNotSupported, syntaxErrorAt } from '../errors/raise/analysis.ts'
import { bodyOf, namesOf, type A_Expr, type Node, type SubLink } from '../sql/ast.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { columnRef } from './nodes.ts'
import { compareRows, operatorOn } from './operators.ts'
import { arrayOf } from './polymorphic.ts'
import type { Query } from './query.ts'
import type { Scope } from './scope.ts'
import { answering } from './set-operations.ts'

export const analyzeSubLink = (context: AnalysisContext, scope: Scope, node: SubLink): Expr => {
  const { closed } = scope.clause
  if (closed !== undefined) throw featureNotSupported(`cannot use subquery in ${closed}`, node.location)
  const query = context.rules.query(context, scope, node.subselect as Node)
  const { bool } = context
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
      return { kind: 'subquery', form: 'exists', query, test: null, type: bool, typmod: -1 }
    case 'EXPR_SUBLINK': {
      const output = onlyColumn(query, node)
      return { kind: 'subquery', form: 'scalar', query, test: null, type: output.type, typmod: output.typmod }
    }
    case 'ARRAY_SUBLINK': {
      const output = onlyColumn(query, node)
      const isArray = output.type.arrayOid === 0 && output.type.element !== null
      const type = isArray ? output.type : arrayOf(context.catalog, output.type, node.location)
      return { kind: 'subquery', form: 'array', query, test: null, type, typmod: -1 }
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const form = node.subLinkType === 'ANY_SUBLINK' ? 'any' : 'all'
      const symbol = namesOf(node.operName).at(-1) ?? '='
      return {
        kind: 'subquery',
        form,
        query,
        test: testOf(context, scope, node, query, symbol),
        type: bool,
        typmod: -1,
      }
    }
    default:
      throw featureNotSupported(`subquery of kind ${node.subLinkType} is not supported`, node.location)
  }
}

/** `(a, b) = (SELECT …)`: the row is compared with the only row of the query; null for other expressions. */
export const analyzeRowSubLink = (context: AnalysisContext, scope: Scope, node: A_Expr): Expr | null => {
  const row = node.lexpr === undefined ? undefined : bodyOf(node.lexpr, 'RowExpr')
  const link = node.rexpr === undefined ? undefined : bodyOf(node.rexpr, 'SubLink')
  if (node.kind !== 'AEXPR_OP' || row === undefined || link?.subLinkType !== 'EXPR_SUBLINK') return null
  const compared = {
    ...link,
    testexpr: node.lexpr as Node,
    ...(node.location === undefined ? {} : { location: node.location }),
  }
  const query = context.rules.query(context, scope, link.subselect as Node)
  const test = testOf(context, scope, compared, query, namesOf(node.name).at(-1) as string)
  return {
    kind: 'subquery',
    form: 'scalar',
    query: answering(context, query, test),
    test: null,
    type: test.type,
    typmod: -1,
  }
}

const onlyColumn = (query: Query, node: SubLink) => {
  if (query.outputs.length !== 1) throw syntaxErrorAt('subquery must return only one column', node.location)
  return query.outputs[0] as (typeof query.outputs)[number]
}

const testOf = (context: AnalysisContext, scope: Scope, node: SubLink, query: Query, symbol: string): Expr => {
  const testNode = node.testexpr as Node
  const outputs = query.outputs.map(columnRef)
  const left = context.expr(scope, testNode)
  const fields = left.kind === 'row' && bodyOf(testNode, 'RowExpr') !== undefined ? left.fields : [left]
  if (fields.length < outputs.length) throw syntaxErrorAt('subquery has too many columns', node.location)
  if (fields.length > outputs.length) throw syntaxErrorAt('subquery has too few columns', node.location)
  if (fields.length === 1) return operatorOn(context, symbol, fields[0] as Expr, outputs[0] as Expr, node.location)
  return compareRows(context, symbol, fields, outputs, node.location)
}
