/** CREATE [OR REPLACE] AGGREGATE, in the present and in the old form. */
import { requireOwnerOf } from './permissions.ts'
import { isPolymorphic } from '../../analyze/polymorphic.ts'
import { findFunction } from '../../analyze/overload.ts'
import type { FunctionArgument, FunctionObject } from '../../catalog/objects.ts'
import { inputsOf } from '../../catalog/routines.ts'
import { ambiguousFunction } from '../../errors/raise/analysis.ts'
import {
  aggregateAttributeUnknown,
  duplicateFunction,
  invalidFunctionDefinition,
  routineKindChange,
  transitionTypeMismatch,
  undefinedFunctionNamed,
} from '../../errors/raise/routines.ts'
import type { ScalarFunction } from '../../functions/records.ts'
import { listItems, namesOf, type DefineStmt } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { analysisFor, creationTarget, truncateName, type DefinitionContext } from './context.ts'
import { DefinitionOptions } from './definition-options.ts'
import { checkPolymorphicResult, parametersOf } from './function-parameters.ts'
import { storeFunction } from './store-function.ts'
import { typeDependency } from './store-type.ts'

const OPTIONS = [
  'sfunc',
  'sfunc1',
  'stype',
  'stype1',
  'finalfunc',
  'initcond',
  'initcond1',
  'basetype',
  'sortop',
  'parallel',
  'sspace',
  'combinefunc',
  'serialfunc',
  'deserialfunc',
  'msfunc',
  'minvfunc',
  'mstype',
  'msspace',
  'mfinalfunc',
  'minitcond',
  'finalfunc_extra',
  'mfinalfunc_extra',
  'finalfunc_modify',
  'mfinalfunc_modify',
  'hypothetical',
]

export const createAggregate = (context: DefinitionContext, node: DefineStmt): void => {
  const names = namesOf(node.defnames)
  const name = truncateName(names.at(-1) as string)
  const schema = creationTarget(context, names.length > 1 ? names.at(-2) : undefined).oid
  const options = new DefinitionOptions(node.definition ?? [], OPTIONS, (option) => {
    context.notice(aggregateAttributeUnknown(option))
  })
  const stateOption = options.type(context, 'stype') ?? options.type(context, 'stype1')
  if (stateOption === null) throw invalidFunctionDefinition('aggregate stype must be specified')
  const transitionNames = options.names('sfunc') ?? options.names('sfunc1')
  if (transitionNames === null) throw invalidFunctionDefinition('aggregate sfunc must be specified')
  const parameters = node.oldstyle ? oldParameters(context, options) : newParameters(context, node, options)
  const state = stateOption.type
  checkState(context, state, parameters)
  const inputs = inputsOf({ arguments: parameters }).map(({ type }) => context.catalog.snapshot.typeOf(type))
  const transition = partNamed(context, transitionNames, [state, ...inputs])
  if (transition.result !== state.oid && !isPolymorphic(transition.result)) {
    throw transitionTypeMismatch(transitionNames.join('.'), formatType(state, -1))
  }
  const initial = options.text('initcond') ?? options.text('initcond1')
  if (initial !== null && state.kind !== 'p') state.parse(initial, -1, context.format)
  const [first] = inputs
  if (transition.strict && initial === null && first !== undefined && first.oid !== state.oid) {
    throw invalidFunctionDefinition(
      'must not omit initial value when transition function is strict and transition type is not compatible with input type',
    )
  }
  const finalNames = options.names('finalfunc')
  const final = finalNames === null ? null : partNamed(context, finalNames, [state])
  const result = final === null || isPolymorphic(final.result) ? resultOf(final, state) : final.result
  checkPolymorphicResult(context, parameters, result)
  store(context, node, {
    name,
    schema,
    arguments: parameters,
    result,
    aggregate: {
      transition: transition.oid,
      final: final?.oid ?? 0,
      state: state.oid,
      initial,
      sortOperator: 0,
    },
    depends: [transition, ...(final === null ? [] : [final])]
      .filter((part) => context.catalog.snapshot.function(part.oid) !== null)
      .map((part) => ({ oid: part.oid, attnum: 0, kind: 'normal' as const }))
      .concat(typeDependency(context, state).map((d) => ({ ...d, kind: 'normal' as const }))),
  })
}

/** A polymorphic last step answers what follows from the state; without one the state is the answer. */
const resultOf = (final: ScalarFunction | null, state: SqlType): number => {
  if (final === null) return state.oid
  if (isPolymorphic(state.oid)) return final.result
  const element = state.element
  const [declared] = final.args
  const answersElement = final.result === OID.anyelement && declared === OID.anyarray
  return answersElement && element !== null ? element.oid : state.oid
}

type AggregateFacts = Pick<FunctionObject, 'name' | 'schema' | 'arguments' | 'result' | 'aggregate' | 'depends'>

const store = (context: DefinitionContext, node: DefineStmt, facts: AggregateFacts): void => {
  const types = (all: readonly FunctionArgument[]): string =>
    inputsOf({ arguments: all })
      .map(({ type }) => type)
      .join()
  const existing = context.catalog.snapshot
    .functionsNamed(facts.name)
    .find((f) => f.schema === facts.schema && types(f.arguments) === types(facts.arguments))
  if (existing !== undefined) {
    if (!node.replace) throw duplicateFunction(facts.name)
    requireOwnerOf(context, existing)
    if (existing.kind !== 'aggregate') throw routineKindChange(facts.name, existing.kind)
    if (existing.result !== facts.result) {
      throw invalidFunctionDefinition('cannot change return type of existing function', {
        hint: `Use DROP AGGREGATE ${facts.name} first.`,
      })
    }
  }
  storeFunction(context, {
    ...facts,
    kind: 'aggregate',
    language: 'internal',
    source: 'aggregate_dummy',
    volatility: 'immutable',
    cost: 1,
    ...(existing === undefined ? {} : { oid: existing.oid, owner: existing.owner, comment: existing.comment }),
  })
}

const newParameters = (
  context: DefinitionContext,
  node: DefineStmt,
  options: DefinitionOptions,
): FunctionArgument[] => {
  if (options.names('basetype') !== null) {
    throw invalidFunctionDefinition('basetype is redundant with aggregate input type specification')
  }
  const [list] = node.args ?? []
  return parametersOf(context, list === undefined ? [] : listItems(list), false)
}

/** `basetype = t`; `'ANY'` is no argument at all. */
const oldParameters = (context: DefinitionContext, options: DefinitionOptions): FunctionArgument[] => {
  const names = options.names('basetype')
  if (names === null) throw invalidFunctionDefinition('aggregate input type must be specified')
  if (names.at(-1)?.toUpperCase() === 'ANY') return []
  const type = options.type(context, 'basetype')?.type.oid ?? 0
  return [{ name: '', type, mode: 'i', default: null }]
}

const checkState = (context: DefinitionContext, state: SqlType, parameters: readonly FunctionArgument[]): void => {
  if (!isPolymorphic(state.oid)) {
    if (state.kind !== 'p' || state.oid === OID.internal) return
    throw invalidFunctionDefinition(`aggregate transition data type cannot be ${formatType(state, -1)}`)
  }
  checkPolymorphicResult(context, parameters, state.oid, 'cannot determine transition data type')
}

/** A function that an aggregate is made of. Throws 42883. */
const partNamed = (context: DefinitionContext, names: readonly string[], args: readonly SqlType[]): ScalarFunction => {
  const schema = names.length > 1 ? (names.at(-2) as string) : null
  const shape = { schema, name: names.at(-1) as string, named: args.map(() => null), variadic: false }
  const signature = `${names.join('.')}(${args.map((arg) => formatType(arg, -1)).join(', ')})`
  const found = findFunction(analysisFor(context), shape, args)
  if (found === 'ambiguous') throw ambiguousFunction(signature)
  if (found === 'none' || found.record.kind !== 'scalar') throw undefinedFunctionNamed(signature)
  return found.record
}

/** Aggregates are the one kind of thing that DEFINE statements make here. */
export const isAggregateDefinition = ({ kind }: DefineStmt): boolean => kind === 'OBJECT_AGGREGATE'
