/** Definitions of functions: arguments, results, CREATE FUNCTION. */
import { wrongObjectType } from '../../errors/raise/analysis.ts'
import { functionByOid } from '../../functions/index.ts'
import { quoteIdentifier, quoteLiteral } from '../../functions/keywords.ts'
import type { FunctionRecord } from '../../functions/records.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { FunctionObject } from '../objects.ts'
import { internalFunctionByOid } from '../system/data/internal-functions.ts'
import { typeNameByOid } from './names.ts'
import type { InformationFunctions, InformationSource } from './source.ts'

/** The parts of a function that its text forms need. */
interface Described {
  readonly name: string
  readonly args: readonly number[]
  readonly result: number
  readonly record: FunctionRecord | null
}

const describe = (oid: number): Described | null => {
  const record = functionByOid(oid)
  if (record !== undefined) return { ...record, record }
  const internal = internalFunctionByOid(oid)
  return internal === undefined ? null : { ...internal, record: null }
}

const outputsOf = (record: FunctionRecord | null) => (record?.kind === 'set' ? (record.columns ?? []) : [])

const named = (name: string | undefined, type: string): string =>
  name === undefined || name === '' ? type : `${quoteIdentifier(name)} ${type}`

const argumentList = (source: InformationSource, { args, record }: Described, withOutputs: boolean): string => {
  const inputs = args.map((type, i) => {
    const text = named(record?.argNames?.[i], typeNameByOid(source, type, null))
    return record?.variadic !== undefined && i === args.length - 1 ? `VARIADIC ${text}` : text
  })
  const directArgs = record?.kind === 'aggregate' ? record.directArgs : undefined
  if (directArgs !== undefined) {
    if (record?.kind === 'aggregate' && record.hypothetical === true)
      return `${inputs.join(', ')} ORDER BY ${inputs.join(', ')}`
    const [direct, ordered] = [inputs.slice(0, directArgs).join(', '), inputs.slice(directArgs).join(', ')]
    return direct === '' ? `ORDER BY ${ordered}` : `${direct} ORDER BY ${ordered}`
  }
  const outputs = withOutputs
    ? outputsOf(record).map(({ name, type }) => `OUT ${named(name, typeNameByOid(source, type, null))}`)
    : []
  return [...inputs, ...outputs].join(', ')
}

const resultText = (source: InformationSource, { result, record }: Described): string => {
  const type = outputsOf(record).length > 1 ? OID.record : result
  return `${record?.kind === 'set' ? 'SETOF ' : ''}${typeNameByOid(source, type, null)}`
}

const VOLATILITY = { immutable: 'IMMUTABLE ', stable: 'STABLE ', volatile: '' } as const

const definition = (source: InformationSource, described: Described): string => {
  const { name, record } = described
  if (record?.kind === 'aggregate') throw wrongObjectType(`"${name}" is an aggregate function`)
  const strict = record === null || (record.kind !== 'window' && record.strict) ? ' STRICT' : ''
  const rows = record?.kind === 'set' && record.estimatedRows !== 1000 ? ` ROWS ${record.estimatedRows}` : ''
  return [
    `CREATE OR REPLACE FUNCTION pg_catalog.${quoteIdentifier(name)}(${argumentList(source, described, true)})`,
    ` RETURNS ${resultText(source, described)}`,
    ' LANGUAGE internal',
    ` ${record?.kind === 'window' ? 'WINDOW ' : ''}${VOLATILITY[record?.volatility ?? 'immutable']}PARALLEL SAFE${strict}${rows}`,
    `AS $function$${name}$function$\n`,
  ].join('\n')
}

/** `a integer, OUT b text`: parameters of a function of the database. */
const routineArguments = (
  source: InformationSource,
  routine: FunctionObject,
  { withTables = false, withDefaults = false }: { readonly withTables?: boolean; readonly withDefaults?: boolean } = {},
): string =>
  routine.arguments
    .filter(({ mode }) => withTables || mode !== 't')
    .map(({ name, type, mode, default: tree }) => {
      const text = named(name, typeNameByOid(source, type, null))
      const value = withDefaults && tree !== null ? ` DEFAULT ${source.printer.expression(tree, null, 0, false)}` : ''
      return `${MODE_WORDS[mode]}${text}${value}`
    })
    .join(', ')

const MODE_WORDS = { i: '', o: 'OUT ', b: 'INOUT ', v: 'VARIADIC ', t: '' } as const

const routineResult = (source: InformationSource, routine: FunctionObject): string | null => {
  if (routine.kind === 'procedure') return null
  const columns = routine.arguments.filter(({ mode }) => mode === 't')
  if (columns.length > 0) {
    return `TABLE(${columns.map(({ name, type }) => named(name, typeNameByOid(source, type, null))).join(', ')})`
  }
  return `${routine.returnsSet ? 'SETOF ' : ''}${typeNameByOid(source, routine.result, null)}`
}

const PARALLEL = { s: 'PARALLEL SAFE', r: 'PARALLEL RESTRICTED', u: '' } as const

const routineDefinition = (source: InformationSource, routine: FunctionObject): string => {
  if (routine.kind === 'aggregate') throw wrongObjectType(`"${routine.name}" is an aggregate function`)
  const schema = quoteIdentifier(source.catalog.schema(routine.schema)?.name ?? '')
  const word = routine.kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'
  const result = routineResult(source, routine)
  const defaultRows = routine.returnsSet ? 1000 : 0
  const attributes = [
    routine.kind === 'window' ? 'WINDOW' : '',
    VOLATILITY[routine.volatility].trim(),
    PARALLEL[routine.parallel],
    routine.strict ? 'STRICT' : '',
    routine.securityDefiner ? 'SECURITY DEFINER' : '',
    routine.leakproof ? 'LEAKPROOF' : '',
    routine.cost === (routine.language === 'internal' ? 1 : 100) ? '' : `COST ${routine.cost}`,
    routine.rows === defaultRows ? '' : `ROWS ${routine.rows}`,
  ].filter((attribute) => attribute !== '')
  const settings = routine.settings.map((setting) => {
    const at = setting.indexOf('=')
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)]
    const values = name === 'search_path' ? value.split(', ').map(quoteLiteral).join(', ') : quoteLiteral(value)
    return ` SET ${quoteIdentifier(name)} TO ${values}`
  })
  const tag = `$${word.toLowerCase()}$`
  return [
    `CREATE OR REPLACE ${word} ${schema}.${quoteIdentifier(routine.name)}(${routineArguments(source, routine, { withDefaults: true })})`,
    ...(result === null ? [] : [` RETURNS ${result}`]),
    ` LANGUAGE ${routine.language}`,
    ...(attributes.length === 0 ? [] : [` ${attributes.join(' ')}`]),
    ...settings,
    routine.body === null ? `AS ${tag}${routine.source}${tag}\n` : `${source.printer.body(routine)}\n`,
  ].join('\n')
}

/** An answer by the function's record, or by the database's own function. */
const byKind =
  <T>(
    ofBuiltin: (source: InformationSource, described: Described) => T,
    ofRoutine: (source: InformationSource, routine: FunctionObject) => T,
  ) =>
  (source: InformationSource, oid: Datum): T | null => {
    const routine = source.catalog.function(oid)
    if (routine !== null) return ofRoutine(source, routine)
    const described = describe(oid)
    return described === null ? null : ofBuiltin(source, described)
  }

export const functionFunctions: InformationFunctions = {
  pg_get_function_arguments: byKind(
    (source, described) => argumentList(source, described, true),
    (source, routine) => routineArguments(source, routine, { withDefaults: true }),
  ),
  pg_get_function_identity_arguments: byKind(
    (source, described) => argumentList(source, described, false),
    (source, routine) => routineArguments(source, routine),
  ),
  pg_get_function_result: byKind(resultText, routineResult),
  pg_get_functiondef: byKind(definition, routineDefinition),
  pg_get_function_arg_default: (source, oid, number) => {
    const tree = source.catalog.function(oid)?.arguments[(number as number) - 1]?.default ?? null
    return tree === null ? null : source.printer.expression(tree, null, 0, false)
  },
  pg_get_function_sqlbody: (source, oid) => {
    const routine = source.catalog.function(oid)
    return routine === null || routine.body === null ? null : source.printer.body(routine)
  },
}
