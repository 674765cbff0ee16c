/** ALTER FUNCTION and PROCEDURE. */
import { functionSignature, inputsOf } from '../../catalog/routines.ts'
import type { FunctionObject } from '../../catalog/objects.ts'
import { functionInSchema, routineParameterValue } from '../../errors/raise/routines.ts'
import type { AlterFunctionStmt, Node } from '../../sql/ast.ts'
import type { DefinitionContext } from './context.ts'
import { requireOwnerOf } from './permissions.ts'
import { requireRoutine, ROUTINE_WORDS, type RoutineWord } from './find-function.ts'
import { changedSettings, routineOptions } from './routine-options.ts'

export const alterFunction = (context: DefinitionContext, node: AlterFunctionStmt): string => {
  const word = ROUTINE_WORDS[node.objtype ?? ''] ?? 'function'
  const routine = requireRoutine(context, { ObjectWithArgs: node.func ?? {} }, word)
  requireOwnerOf(context, routine)
  const options = routineOptions(node.actions ?? [], routine.kind === 'procedure')
  if (options.changes.rows !== undefined && !routine.returnsSet) {
    throw routineParameterValue('ROWS is not applicable when function does not return a set')
  }
  context.catalog.put({ ...routine, ...options.changes, settings: changedSettings(routine.settings, options) })
  return `ALTER ${word.toUpperCase()}`
}

const refuseTwin = (context: DefinitionContext, routine: FunctionObject): void => {
  const { snapshot } = context.catalog
  const types = (f: FunctionObject): string =>
    inputsOf(f)
      .map(({ type }) => type)
      .join()
  const twin = snapshot
    .functionsNamed(routine.name)
    .find((f) => f.schema === routine.schema && f.oid !== routine.oid && types(f) === types(routine))
  if (twin === undefined) return
  const signature = functionSignature(routine, snapshot).replaceAll(',', ', ')
  throw functionInSchema(signature, snapshot.schema(routine.schema)?.name ?? '')
}

/** ALTER FUNCTION … RENAME TO, SET SCHEMA: no other function may have its name and arguments there. */
export const moveRoutine = (
  context: DefinitionContext,
  node: Node,
  word: RoutineWord,
  change: Partial<Pick<FunctionObject, 'name' | 'schema'>>,
): void => {
  const routine = requireRoutine(context, node, word)
  requireOwnerOf(context, routine)
  const moved = { ...routine, ...change }
  refuseTwin(context, moved)
  context.catalog.put(moved)
}
