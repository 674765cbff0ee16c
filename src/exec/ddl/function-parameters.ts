/** Parameters and results of functions as CREATE FUNCTION writes them. */
import { requireTypeUsage } from './permissions.ts'
import { tryCoerce } from '../../analyze/coerce.ts'
import { isPolymorphic } from '../../analyze/polymorphic.ts'
import { CLAUSE, Scope } from '../../analyze/scope.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import type { ArgumentMode, FunctionArgument, ParseTree } from '../../catalog/objects.ts'
import { datatypeMismatch, undefinedTypeNamed } from '../../errors/raise/analysis.ts'
import { invalidFunctionDefinition } from '../../errors/raise/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { bodyOf, namesOf, type FunctionParameter, type Node, type TypeName } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { OID } from '../../types/oids.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { analysisFor, type DefinitionContext } from './context.ts'

const MODES: Readonly<Record<string, ArgumentMode>> = {
  FUNC_PARAM_IN: 'i',
  FUNC_PARAM_DEFAULT: 'i',
  FUNC_PARAM_OUT: 'o',
  FUNC_PARAM_INOUT: 'b',
  FUNC_PARAM_VARIADIC: 'v',
  FUNC_PARAM_TABLE: 't',
}

/** A type as a definition names it; `int`, `t.a%TYPE`. Throws 42704 without quotes, as PostgreSQL does for arguments. */
const argumentType = (context: DefinitionContext, node: TypeName): SqlType => {
  try {
    const { type } = resolveTypeName({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, node)
    requireTypeUsage(context, type)
    return type
  } catch (error) {
    if (error instanceof SqlError && error.message.startsWith('type ')) {
      throw undefinedTypeNamed(namesOf(node.names).join('.'))
    }
    throw error
  }
}

export const parametersOf = (
  context: DefinitionContext,
  nodes: readonly Node[],
  isProcedure: boolean,
): FunctionArgument[] => {
  const parameters: FunctionArgument[] = []
  let hasDefault = false
  let hasVariadic = false
  for (const node of nodes) {
    const parameter = bodyOf(node, 'FunctionParameter') as FunctionParameter
    const mode = MODES[parameter.mode ?? 'FUNC_PARAM_DEFAULT'] as ArgumentMode
    const type = argumentType(context, parameter.argType as TypeName)
    if (parameter.argType?.setof) {
      throw invalidFunctionDefinition(`${isProcedure ? 'procedures' : 'functions'} cannot accept set arguments`)
    }
    const isInput = mode !== 'o' && mode !== 't'
    if (isInput && hasVariadic) {
      throw invalidFunctionDefinition('VARIADIC parameter must be the last input parameter')
    }
    if (mode === 'v') {
      hasVariadic = true
      const isArray = type.element !== null || ANY_ARRAYS.has(type.oid)
      if (!isArray) throw invalidFunctionDefinition('VARIADIC parameter must be an array')
    }
    const name = parameter.name ?? ''
    const clashes = (other: FunctionArgument): boolean =>
      other.name === name &&
      !(isOnlyInput(other.mode) && isOnlyOutput(mode)) &&
      !(isOnlyOutput(other.mode) && isOnlyInput(mode))
    if (name !== '' && parameters.some(clashes)) {
      throw invalidFunctionDefinition(`parameter name "${name}" used more than once`)
    }
    const { defexpr } = parameter
    if (defexpr !== undefined && !isInput) {
      throw invalidFunctionDefinition('only input parameters can have default values')
    }
    if (defexpr === undefined && isInput && hasDefault) {
      throw invalidFunctionDefinition('input parameters after one with a default value must also have defaults')
    }
    if (defexpr === undefined && isProcedure && mode === 'o' && hasDefault) {
      throw invalidFunctionDefinition('procedure OUT parameters cannot appear after one with a default value')
    }
    if (defexpr !== undefined) {
      hasDefault = true
      checkDefault(context, defexpr, type)
    }
    parameters.push({ name, type: type.oid, mode, default: (defexpr ?? null) as unknown as ParseTree | null })
  }
  return parameters
}

/** Table functions' columns may be called like inputs are not; INOUT counts as both. */
const isOnlyInput = (mode: ArgumentMode): boolean => mode === 'i' || mode === 'v'
const isOnlyOutput = (mode: ArgumentMode): boolean => mode === 'o' || mode === 't'

const ANY_ARRAYS: ReadonlySet<number> = new Set([OID.any, OID.anyarray, OID.anycompatiblearray])

const checkDefault = (context: DefinitionContext, node: Node, type: SqlType): void => {
  const analysis = analysisFor(context)
  const scope = new Scope(null)
  const expr = scope.within(CLAUSE.default, () => analysis.expr(scope, node))
  if (isPolymorphic(type.oid)) return
  if (tryCoerce(analysis, expr, type, -1, 'assignment', undefined) === null) {
    throw datatypeMismatch(
      `argument of DEFAULT must be type ${formatType(type, -1)}, not type ${formatType(expr.type, -1)}`,
    )
  }
}

/** What a routine answers, and whether it answers a set. */
export const resultOf = (
  context: DefinitionContext,
  parameters: readonly FunctionArgument[],
  returns: TypeName | undefined,
  isProcedure: boolean,
): { readonly result: number; readonly returnsSet: boolean } => {
  const outputs = parameters.filter(({ mode }) => mode === 'o' || mode === 'b' || mode === 't')
  if (isProcedure) return { result: outputs.length > 0 ? OID.record : OID.void, returnsSet: false }
  const [only] = outputs
  const implied = outputs.length === 0 ? null : outputs.length === 1 ? (only?.type as number) : OID.record
  const { snapshot } = context.catalog
  if (returns === undefined) {
    if (implied === null) throw invalidFunctionDefinition('function result type must be specified')
    return { result: implied, returnsSet: false }
  }
  const { type } = resolveTypeName({ catalog: snapshot, searchPath: context.searchPath }, { ...returns, location: -1 })
  requireTypeUsage(context, type)
  if (implied !== null && implied !== type.oid) {
    const wanted = formatType(snapshot.typeOf(implied), -1)
    throw invalidFunctionDefinition(`function result type must be ${wanted} because of OUT parameters`)
  }
  return { result: type.oid, returnsSet: returns.setof ?? false }
}

const EXACT_INPUTS = 'anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange'
const COMPATIBLE_INPUTS =
  'anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange'

/** Polymorphic results follow from inputs. Throws 42P13 for those that cannot. */
export const checkPolymorphicResult = (
  context: DefinitionContext,
  parameters: readonly FunctionArgument[],
  result: number,
  message = 'cannot determine result data type',
): void => {
  const { snapshot } = context.catalog
  const inputs = parameters.filter(({ mode }) => mode !== 'o' && mode !== 't').map(({ type }) => snapshot.typeOf(type))
  const outputs = parameters.filter(({ mode }) => mode === 'o' || mode === 't').map(({ type }) => type)
  for (const oid of [result, ...outputs]) {
    if (!isPolymorphic(oid)) continue
    const { name } = snapshot.typeOf(oid)
    const compatible = name.startsWith('anycompatible')
    const isRange = name.endsWith('range')
    const family = compatible ? 'anycompatible' : 'any'
    const fits = inputs.some((input) => {
      if (!isPolymorphic(input.oid) || input.name.startsWith('anycompatible') !== compatible) return false
      return !isRange || input.name.endsWith('range')
    })
    if (fits) continue
    const wanted = isRange ? `${family}range or ${family}multirange` : compatible ? COMPATIBLE_INPUTS : EXACT_INPUTS
    throw invalidFunctionDefinition(message, {
      detail: `A result of type ${name} requires at least one input of type ${wanted}.`,
    })
  }
}
