/** Functions as DROP, ALTER and COMMENT name them: by their argument types, or by their name alone. */
import { PG_CATALOG } from '../../types/oids.ts'
import { resolveTypeName } from '../../analyze/type-name.ts'
import type { FunctionObject } from '../../catalog/objects.ts'
import { functionSignature, functionsOf, inputsOf } from '../../catalog/routines.ts'
import { systemCatalogProtected } from '../../errors/raise/definitions.ts'
import { functionNotUnique, noFunctionNamed, noRoutine, notThatRoutine } from '../../errors/raise/routines.ts'
import { functionsByName } from '../../functions/index.ts'
import { bodyOf, namesOf, type Node, type ObjectWithArgs, type TypeName } from '../../sql/ast.ts'
import { formatType } from '../../types/index.ts'
import { targetSchema, type DefinitionContext } from './context.ts'

/** What a command is for; `routine`: functions and procedures alike. */
export type RoutineWord = 'function' | 'procedure' | 'routine' | 'aggregate'

export const ROUTINE_WORDS: Readonly<Record<string, RoutineWord>> = {
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_AGGREGATE: 'aggregate',
}

const schemasOf = (context: DefinitionContext, names: readonly string[]): readonly number[] =>
  names.length > 1 ? [targetSchema(context, names.at(-2)).oid] : context.searchPath

/** The function that is meant; null when there is none. Throws 42725 when several are, 42809 for one of another kind. */
export const findRoutine = (context: DefinitionContext, node: Node, word: RoutineWord): FunctionObject | null => {
  const named = bodyOf(node, 'ObjectWithArgs') as ObjectWithArgs
  const names = namesOf(named.objname)
  const name = names.at(-1) as string
  const { snapshot } = context.catalog
  const schemas = schemasOf(context, names)
  const inReach = schemas.flatMap((schema) => snapshot.functionsNamed(name).filter((f) => f.schema === schema))
  if (named.args_unspecified) {
    const fitting = inReach.filter((f) => isKind(f, word))
    const found = fitting.length > 0 ? fitting : inReach
    if (found.length > 1) throw functionNotUnique(word, names.join('.'))
    const [only] = found
    if (only === undefined && functionsOf(snapshot, name, schemas).length > 0) throw systemCatalogProtected(name)
    return only === undefined ? null : ofKind(context, only, word)
  }
  const types = argumentTypes(context, named)
  const all = allTypes(context, named)
  const found =
    inReach.find((f) => sameTypes(inputsOf(f), types)) ??
    (word === 'procedure' || word === 'routine' ? inReach.find((f) => sameTypes(f.arguments, all)) : undefined)
  if (found !== undefined) return ofKind(context, found, word)
  const builtin = schemas.includes(PG_CATALOG) && functionsOf(snapshot, name, [PG_CATALOG])
  if (builtin !== false && builtin.some((f) => f.args.join() === types.join())) throw systemCatalogProtected(name)
  return null
}

const sameTypes = (args: readonly { readonly type: number }[], types: readonly number[]): boolean =>
  args.length === types.length && args.every(({ type }, i) => type === types[i])

const typeOid = (context: DefinitionContext, node: TypeName): number =>
  resolveTypeName({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, node).type.oid

/** Input types: from the parameters where modes were written, else as listed. */
const argumentTypes = (context: DefinitionContext, { objargs, objfuncargs }: ObjectWithArgs): number[] => {
  const parameters = (objfuncargs ?? []).map((n) => bodyOf(n, 'FunctionParameter'))
  if (parameters.length > 0) {
    return parameters
      .filter((p) => p?.mode !== 'FUNC_PARAM_OUT' && p?.mode !== 'FUNC_PARAM_TABLE')
      .map((p) => typeOid(context, p?.argType as TypeName))
  }
  return (objargs ?? []).map((n) => typeOid(context, bodyOf(n, 'TypeName') as TypeName))
}

const allTypes = (context: DefinitionContext, { objfuncargs, objargs }: ObjectWithArgs): number[] =>
  objfuncargs === undefined
    ? (objargs ?? []).map((n) => typeOid(context, bodyOf(n, 'TypeName') as TypeName))
    : objfuncargs.map((n) => typeOid(context, bodyOf(n, 'FunctionParameter')?.argType as TypeName))

const isKind = ({ kind }: FunctionObject, word: RoutineWord): boolean => {
  if (word === 'routine') return true
  return word === 'function' ? kind === 'function' || kind === 'window' : kind === word
}

const ofKind = (context: DefinitionContext, found: FunctionObject, word: RoutineWord): FunctionObject => {
  if (isKind(found, word)) return found
  const types = inputsOf(found).map(({ type }) => formatType(context.catalog.snapshot.typeOf(type), -1))
  const signature = `${found.name}(${types.join(', ')})`
  if (word === 'aggregate') throw notThatRoutine(`function ${signature} is not an aggregate`)
  throw notThatRoutine(`${signature} is not a ${word}`)
}

/** The oid of a function, which may be one of the program. Throws 42883, 42809. */
export const requireAnyRoutine = (context: DefinitionContext, node: Node, word: RoutineWord): number => {
  const named = bodyOf(node, 'ObjectWithArgs') as ObjectWithArgs
  const names = namesOf(named.objname)
  const schemas = schemasOf(context, names)
  if (schemas.includes(PG_CATALOG)) {
    const builtin = functionsByName(names.at(-1) as string)
    const types = named.args_unspecified ? null : argumentTypes(context, named).join()
    const fitting = builtin.filter(({ args }) => types === null || args.join() === types)
    if (fitting.length > 1) throw functionNotUnique(word, names.join('.'))
    if (fitting[0] !== undefined) return fitting[0].oid
  }
  // Aggregates are functions here.
  const found = findRoutine(context, node, 'routine') ?? requireRoutine(context, node, word)
  if (word !== 'routine' && (found.kind === 'procedure') !== (word === 'procedure')) {
    throw notThatRoutine(`${describeRoutine(context, found).replace(/^\w+ /, '')} is not a ${word}`)
  }
  return found.oid
}

/** As `findRoutine`, where there must be one. Throws 42883. */
export const requireRoutine = (context: DefinitionContext, node: Node, word: RoutineWord): FunctionObject => {
  const found = findRoutine(context, node, word)
  if (found !== null) return found
  const named = bodyOf(node, 'ObjectWithArgs') as ObjectWithArgs
  const name = namesOf(named.objname).join('.')
  if (named.args_unspecified) throw noFunctionNamed(word, name)
  throw noRoutine(word === 'routine' ? 'function' : word, `${name}(${writtenTypes(context, named)})`)
}

const writtenTypes = (context: DefinitionContext, named: ObjectWithArgs): string =>
  argumentTypes(context, named)
    .map((oid) => formatType(context.catalog.snapshot.typeOf(oid), -1))
    .join(', ')

/** How a command that skips what is missing names it. */
export const missingRoutine = (node: Node): string => {
  const named = bodyOf(node, 'ObjectWithArgs') as ObjectWithArgs
  const types = (named.objargs ?? []).map((n) => namesOf(bodyOf(n, 'TypeName')?.names).join('.'))
  return `${namesOf(named.objname).join('.')}(${types.join(',')})`
}

/** `function f(integer)`: how messages name one, procedures as well. */
export const describeRoutine = (context: DefinitionContext, routine: FunctionObject): string =>
  `function ${functionSignature(routine, context.catalog.snapshot)}`
