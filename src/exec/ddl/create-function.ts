/** CREATE [OR REPLACE] FUNCTION and PROCEDURE. */
import { requireLanguage, requireOwnerOf } from './permissions.ts'
import type { Dependency, FunctionObject } from '../../catalog/objects.ts'
import { functionSignature, inputsOf, internalComputation, outputsOf } from '../../catalog/routines.ts'
import { LocatedError } from '../../errors/raise/analysis.ts'
import {
  duplicateFunction,
  internalFunctionMissing,
  invalidFunctionDefinition,
  languageMissing,
  routineKindChange,
  routineParameterValue,
} from '../../errors/raise/routines.ts'
import { SqlError } from '../../errors/sql-error.ts'
import { namesOf, type CreateFunctionStmt } from '../../sql/ast.ts'
import { OID } from '../../types/oids.ts'
import { checkBody, inlineBody } from '../routines/sql-body.ts'
import { creationTarget, truncateName, type DefinitionContext } from './context.ts'
import { checkPolymorphicResult, parametersOf, resultOf } from './function-parameters.ts'
import { changedSettings, routineOptions, type RoutineOptions } from './routine-options.ts'
import { storeFunction } from './store-function.ts'
import { typeDependency } from './store-type.ts'

const LANGUAGES: ReadonlySet<string> = new Set(['sql', 'internal'])

/** `sql`: the statement's whole text, in which mistakes of the body are pointed at. */
export const createFunction = (context: DefinitionContext, node: CreateFunctionStmt, sql: string): void => {
  const isProcedure = node.is_procedure ?? false
  const names = namesOf(node.funcname)
  const name = truncateName(names.at(-1) as string)
  const schema = creationTarget(context, names.length > 1 ? names.at(-2) : undefined).oid
  const options = routineOptions(node.options ?? [], isProcedure)
  const language = (options.language ?? (node.sql_body === undefined ? undefined : 'sql'))?.toLowerCase()
  if (language === undefined) throw invalidFunctionDefinition('no language specified')
  if (!LANGUAGES.has(language)) throw languageMissing(language)
  const parameters = parametersOf(context, node.parameters ?? [], isProcedure)
  const { result, returnsSet } = resultOf(context, parameters, node.returnType, isProcedure)
  if (options.changes.rows !== undefined && !returnsSet) {
    throw routineParameterValue('ROWS is not applicable when function does not return a set')
  }
  const { source, body } = bodyOfDefinition(node, options, language)
  checkPolymorphicResult(context, parameters, result)
  const existing = context.catalog.snapshot
    .functionsNamed(name)
    .find((f) => f.schema === schema && sameInputs(f, parameters))
  requireLanguage(context, language)
  if (existing !== undefined) requireOwnerOf(context, existing)
  if (existing !== undefined) checkReplacement(context, existing, node, { parameters, result, returnsSet, isProcedure })
  if (language === 'internal' && internalComputation(source) === null) throw internalFunctionMissing(source)
  const facts = {
    name,
    schema,
    kind: isProcedure ? 'procedure' : 'function',
    language,
    arguments: parameters,
    result,
    returnsSet,
    source,
    body,
    cost: language === 'internal' ? 1 : 100,
    settings: changedSettings([], options),
    depends: dependenciesOf(context, parameters, result),
    ...options.changes,
  } as const
  const before =
    existing === undefined
      ? {}
      : { oid: existing.oid, owner: existing.owner, acl: existing.acl, comment: existing.comment }
  const stored = storeFunction(context, { ...facts, ...before })
  if (language !== 'sql') return
  const waits = checkedBody(context, stored, sql)
  if (waits) context.catalog.put({ ...stored, waits })
}

const bodyOfDefinition = (
  node: CreateFunctionStmt,
  { as }: RoutineOptions,
  language: string,
): Pick<FunctionObject, 'source' | 'body'> => {
  if (node.sql_body !== undefined) {
    if (language !== 'sql') {
      throw invalidFunctionDefinition('inline SQL function body only valid for language SQL')
    }
    if (as !== undefined) throw invalidFunctionDefinition('duplicate function body specified')
    return { source: '', body: inlineBody(node.sql_body) }
  }
  if (as === undefined) throw invalidFunctionDefinition('no function body specified')
  if (as.length > 1) throw invalidFunctionDefinition(`only one AS item needed for language "${language}"`)
  return { source: as[0] ?? '', body: null }
}

const sameInputs = (routine: FunctionObject, parameters: FunctionObject['arguments']): boolean =>
  inputsOf(routine)
    .map(({ type }) => type)
    .join() ===
  inputsOf({ arguments: parameters })
    .map(({ type }) => type)
    .join()

/** A function needs the types that it has to do with. */
const dependenciesOf = (
  context: DefinitionContext,
  parameters: FunctionObject['arguments'],
  result: number,
): Dependency[] => {
  const { snapshot } = context.catalog
  const oids = [...parameters.map(({ type }) => type), result]
  const all = oids.flatMap((oid) => typeDependency(context, snapshot.typeOf(oid)))
  return [...new Map(all.map((dependency) => [dependency.oid, dependency])).values()]
}

interface Replacement {
  readonly parameters: FunctionObject['arguments']
  readonly result: number
  readonly returnsSet: boolean
  readonly isProcedure: boolean
}

const checkReplacement = (
  context: DefinitionContext,
  existing: FunctionObject,
  node: CreateFunctionStmt,
  { parameters, result, returnsSet, isProcedure }: Replacement,
): void => {
  if (!node.replace) throw duplicateFunction(existing.name)
  if ((existing.kind === 'procedure') !== isProcedure || existing.kind === 'aggregate') {
    throw routineKindChange(existing.name, existing.kind)
  }
  const signature = functionSignature(existing, context.catalog.snapshot)
  const command = isProcedure ? 'DROP PROCEDURE' : 'DROP FUNCTION'
  const hint = `Use ${command} ${signature} first.`
  if (existing.result !== result || existing.returnsSet !== returnsSet) {
    throw isProcedure
      ? invalidFunctionDefinition('cannot change whether a procedure has output parameters', { hint })
      : invalidFunctionDefinition('cannot change return type of existing function', { hint })
  }
  const columns = (all: FunctionObject['arguments']): string =>
    outputsOf({ arguments: all })
      .map((column) => `${column.name} ${column.type}`)
      .join()
  if (result === OID.record && columns(existing.arguments) !== columns(parameters)) {
    throw invalidFunctionDefinition('cannot change return type of existing function', {
      detail: 'Row type defined by OUT parameters is different.',
      hint,
    })
  }
  const inputs = inputsOf({ arguments: parameters })
  for (const [i, before] of inputsOf(existing).entries()) {
    if (before.name !== '' && before.name !== inputs[i]?.name) {
      throw invalidFunctionDefinition(`cannot change name of input parameter "${before.name}"`, { hint })
    }
    if (before.default !== null && inputs[i]?.default === null) {
      throw invalidFunctionDefinition('cannot remove parameter defaults from existing function', { hint })
    }
  }
}

/** Mistakes in a body that stands in the statement as a string are pointed at there. */
const checkedBody = (context: DefinitionContext, routine: FunctionObject, sql: string): boolean => {
  const validate = context.validatesBodies
  try {
    return checkBody(context, routine, validate)
  } catch (error) {
    if (!(error instanceof SqlError) || routine.body !== null) throw error
    const start = bodyPosition(sql, routine.source)
    if (start < 0) throw error
    if (error instanceof LocatedError && error.location !== undefined && error.location >= 0) {
      throw new LocatedError(error.code, error.message, error.location + start, error.fields)
    }
    const { position } = error.fields
    throw position === undefined ? error : error.moved(position + start)
  }
}

/** Where a body begins in the text of its definition, in characters from 0; -1 when that cannot be told. */
const bodyPosition = (sql: string, body: string): number => {
  const quoted = sql.indexOf(`'${body.replaceAll("'", "''")}'`)
  if (quoted >= 0) return quoted + 1
  const dollar = sql.indexOf(`$${body}$`)
  return dollar < 0 ? -1 : dollar + 1
}
