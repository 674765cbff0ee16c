/** TABLESAMPLE: which share of a table's rows or blocks is looked at, and the seed that makes it the same every time. */
import { featureNotSupported, undefinedObject } from '../errors/raise/analysis.ts'
import { wrongSampleArguments } from '../errors/raise/sampling.ts'
import { namesOf, type RangeTableSample } from '../sql/ast.ts'
import { OID } from '../types/oids.ts'
import { coerce } from './coerce.ts'
import type { AnalysisContext } from './context.ts'
import type { Expr } from './expression.ts'
import { locationOf } from './location.ts'
import { someNode } from './nodes.ts'
import type { FromItem, TableItem, TableSample } from './query.ts'
import type { Scope } from './scope.ts'

const METHODS: ReadonlySet<string> = new Set(['bernoulli', 'system'])

/** The table with its sample. Throws 0A000, 42704, 2202H. */
export const withSample = (
  context: AnalysisContext,
  scope: Scope,
  node: RangeTableSample,
  item: FromItem,
): TableItem => {
  if (item.kind !== 'table' || item.relation.system !== null) {
    const problem = 'TABLESAMPLE clause can only be applied to tables and materialized views'
    throw featureNotSupported(problem, locationOf(node.relation))
  }
  return { ...item, sample: sampleOf(context, scope, node) }
}

const sampleOf = (context: AnalysisContext, scope: Scope, node: RangeTableSample): TableSample => {
  const method = namesOf(node.method).at(-1) as string
  if (!METHODS.has(method)) throw undefinedObject(`tablesample method ${method} does not exist`, node.location)
  const args = node.args ?? []
  const [percent] = args
  if (args.length !== 1 || percent === undefined) throw wrongSampleArguments(method, 1, args.length, node.location)
  const argument = (arg: typeof percent, type: number): Expr => {
    const location = locationOf(arg)
    const expr = coerce(context, context.expr(scope, arg), context.typeOf(type), -1, 'assignment', location)
    if (someNode(expr, (part) => part.kind === 'subquery')) {
      throw featureNotSupported('subqueries in TABLESAMPLE are not supported', location)
    }
    return expr
  }
  const { repeatable } = node
  return {
    method: method as TableSample['method'],
    percent: argument(percent, OID.float4),
    repeatable: repeatable === undefined ? null : argument(repeatable, OID.float8),
  }
}
