/** What a function of its kind may be called with, and where. */
import { featureNotSupported, type Location, wrongObjectType } from '../errors/raise/analysis.ts'
import type { FunctionRecord } from '../functions/records.ts'
import type { FuncCall } from '../sql/ast.ts'
import { CLAUSE, type Scope } from './scope.ts'

/** Whether a set-returning function may stand here. Throws 0A000. */
export const checkSetCall = ({ clause, conditional }: Scope, location: Location): void => {
  const lateral = { hint: 'You might be able to move the set-returning function into a LATERAL FROM item.' }
  if (clause === CLAUSE.aggregateArgument) {
    throw featureNotSupported('aggregate function calls cannot contain set-returning function calls', location, lateral)
  }
  if (clause === CLAUSE.windowArgument) {
    throw featureNotSupported('window function calls cannot contain set-returning function calls', location, lateral)
  }
  if (conditional !== null) {
    throw featureNotSupported(`set-returning functions are not allowed in ${conditional}`, location, lateral)
  }
  if (clause === CLAUSE.fromArgument) {
    throw featureNotSupported('set-returning functions must appear at top level of FROM', location)
  }
  if (!clause.sets) throw featureNotSupported(`set-returning functions are not allowed in ${clause.name}`, location)
}

/** DISTINCT, ORDER BY, FILTER, OVER and their like go with some kinds of functions only. Throws 42809. */
export const checkDecorations = (node: FuncCall, name: string, record: FunctionRecord, location: Location): void => {
  const { kind } = record
  if (kind !== 'aggregate') {
    if (node.agg_star) throw wrongObjectType(`${name}(*) specified, but ${name} is not an aggregate function`, location)
    if (node.agg_distinct)
      throw wrongObjectType(`DISTINCT specified, but ${name} is not an aggregate function`, location)
    if (node.agg_within_group)
      throw wrongObjectType(`WITHIN GROUP specified, but ${name} is not an aggregate function`, location)
    if (node.agg_order) throw wrongObjectType(`ORDER BY specified, but ${name} is not an aggregate function`, location)
    if (node.agg_filter && kind !== 'window')
      throw wrongObjectType(`FILTER specified, but ${name} is not an aggregate function`, location)
    if (node.over && kind !== 'window') {
      throw wrongObjectType(`OVER specified, but ${name} is not a window function nor an aggregate function`, location)
    }
    if (kind === 'window' && !node.over)
      throw wrongObjectType(`window function ${name} requires an OVER clause`, location)
    return
  }
  const ordered = record.directArgs !== undefined
  if (ordered && !node.agg_within_group)
    throw wrongObjectType(`WITHIN GROUP is required for ordered-set aggregate ${name}`, location)
  if (!ordered && node.agg_within_group) {
    throw wrongObjectType(`${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`, location)
  }
  if (node.args === undefined && !node.agg_star && record.args.length === 0) {
    throw wrongObjectType(`${name}(*) must be used to call a parameterless aggregate function`, location)
  }
}
