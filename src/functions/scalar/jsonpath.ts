/** Functions of jsonpath over jsonb; those ending in _tz use the session's time zone. */
import { jsonPathNotBoolean, jsonPathVarsNotObject } from '../../errors/raise/json-path.ts'
import { isJsonbObject, Jsonb, type JsonbObject } from '../../types/json/jsonb.ts'
import type { JsonPath } from '../../types/jsonpath/items.ts'
import type { EvalContext } from '../context.ts'
import { sessionScalar, setReturning } from '../define.ts'
import { PathExecution } from '../jsonpath/execute.ts'
import { PathFailure, unlessFailing } from '../jsonpath/failure.ts'
import { type PathValue, toNode } from '../jsonpath/value.ts'
import type { ScalarFunction, SetReturningFunction } from '../records.ts'

/** A call's arguments, and whether the session's time zone may be used. */
interface Call {
  readonly context: EvalContext
  readonly target: Jsonb
  readonly path: JsonPath
  readonly variables: Jsonb
  readonly silent: boolean
  readonly zone: boolean
}

const execution = ({ context, target, path, variables, zone }: Call): PathExecution => {
  if (!isJsonbObject(variables.root)) throw jsonPathVarsNotObject()
  return new PathExecution(path, target.root, variables.root as JsonbObject, context.format, zone)
}

/** A path's errors are the statement's unless the call is silent. */
const attempt = <T>(silent: boolean, compute: () => T): T | null => {
  if (silent) return unlessFailing(compute, null)
  try {
    return compute()
  } catch (error) {
    throw error instanceof PathFailure ? error.error : error
  }
}

const exists = (call: Call): boolean | null => attempt(call.silent, () => execution(call).any())

/** What was found before an error that was silenced counts. */
const query = (call: Call): PathValue[] => {
  const found: PathValue[] = []
  attempt(call.silent, () => execution(call).all(found))
  return found
}

const nodes = (call: Call) => query(call).map((value) => toNode(value, call.context.format))

const first = (call: Call): Jsonb | null => {
  const [node] = nodes(call)
  return node === undefined ? null : new Jsonb(node)
}

const match = (call: Call): boolean | null => {
  const found: PathValue[] = []
  const done = attempt(call.silent, () => {
    execution(call).all(found)
    return true
  })
  if (done === null) return null
  const [only] = found
  if (found.length === 1 && (only === null || typeof only === 'boolean')) return only
  if (!call.silent) throw jsonPathNotBoolean()
  return null
}

const ARGUMENTS = 'target: jsonb, path: jsonpath, vars: jsonb, silent: bool'
const DEFAULTS = { defaults: [new Jsonb(new Map()), false] }

const variants = (
  name: string,
  [plain, zoned]: readonly [oid: number, oid: number],
  result: string,
  description: string,
  evaluate: (call: Call) => unknown,
): ScalarFunction[] =>
  ([false, true] as const).map((zone) =>
    sessionScalar(
      zone ? zoned : plain,
      `${name}${zone ? '_tz' : ''}(${ARGUMENTS}) ${result}`,
      description,
      (context, target, path, variables, silent) => evaluate({ context, target, path, variables, silent, zone }),
      { volatility: zone ? 'stable' : 'immutable', ...DEFAULTS },
    ),
  )

const NO_VARIABLES = new Jsonb(new Map())

export const jsonPathFunctions: readonly ScalarFunction[] = [
  ...variants('jsonb_path_exists', [4005, 1177], 'bool', 'whether a path finds anything', exists),
  ...variants('jsonb_path_match', [4009, 2030], 'bool', 'the truth value that a path finds', match),
  ...variants(
    'jsonb_path_query_array',
    [4007, 1180],
    'jsonb',
    'what a path finds as an array',
    (call) => new Jsonb(nodes(call)),
  ),
  ...variants('jsonb_path_query_first', [4008, 2023], 'jsonb', 'the first of what a path finds', first),
  sessionScalar(
    4010,
    'jsonb_path_exists_opr(jsonb, jsonpath) bool',
    'whether a path finds anything',
    (context, target, path) => exists({ context, target, path, variables: NO_VARIABLES, silent: true, zone: false }),
    { volatility: 'immutable' },
  ),
  sessionScalar(
    4011,
    'jsonb_path_match_opr(jsonb, jsonpath) bool',
    'the truth value that a path finds',
    (context, target, path) => match({ context, target, path, variables: NO_VARIABLES, silent: true, zone: false }),
    { volatility: 'immutable' },
  ),
]

export const jsonPathSets: readonly SetReturningFunction[] = ([false, true] as const).map((zone) =>
  setReturning(
    zone ? 1179 : 4006,
    `jsonb_path_query${zone ? '_tz' : ''}(${ARGUMENTS}) jsonb`,
    'what a path finds',
    (context, _types, target, path, variables, silent) =>
      nodes({ context, target, path, variables, silent, zone }).map((node) => new Jsonb(node)),
    { volatility: zone ? 'stable' : 'immutable', ...DEFAULTS },
  ),
)
