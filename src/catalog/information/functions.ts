/** Definitions of functions: arguments, results, CREATE FUNCTION. */
import { wrongObjectType } from '../../errors/raise/analysis.ts'
import { functionByOid } from '../../functions/index.ts'
import { quoteIdentifier } from '../../functions/keywords.ts'
import type { FunctionRecord } from '../../functions/records.ts'
import { OID } from '../../types/oids.ts'
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

export const functionFunctions: InformationFunctions = {
  pg_get_function_arguments: (source, oid) => {
    const described = describe(oid)
    return described === null ? null : argumentList(source, described, true)
  },
  pg_get_function_identity_arguments: (source, oid) => {
    const described = describe(oid)
    return described === null ? null : argumentList(source, described, false)
  },
  pg_get_function_result: (source, oid) => {
    const described = describe(oid)
    return described === null ? null : resultText(source, described)
  },
  pg_get_functiondef: (source, oid) => {
    const described = describe(oid)
    return described === null ? null : definition(source, described)
  },
  pg_get_function_arg_default: () => null,
  pg_get_function_sqlbody: () => null,
}
