/** Constructors of registry records. A signature reads `name(argument types) result type`. */
import { typeByName } from '../types/index.ts'
import type { SqlType } from '../types/sql-type.ts'
import type {
  Accumulator,
  AggregateFunction,
  CallTypes,
  Evaluate,
  GroupedAggregation,
  ScalarFunction,
  SetReturningFunction,
  WindowFunction,
  WindowPartition,
} from './records.ts'
import type { EvalContext } from './context.ts'
import type { Datum } from '../types/sql-type.ts'

/** OID of a built-in type named in a registry; a name that does not exist is a mistake in the registry. */
export const typeOid = (name: string): number => {
  const type = typeByName(name)
  if (type === undefined) throw new Error(`registry names an unknown type: ${name}`)
  return type.oid
}

/** The built-in type of a name in a registry. */
export const builtinType = (name: string): SqlType => typeByName(name) as SqlType

interface Signature {
  readonly name: string
  readonly args: readonly number[]
  readonly result: number
  readonly argNames?: readonly string[]
  readonly variadic?: number
}

/** One argument: `[variadic] [name:] type`. */
const ARGUMENT = /^(variadic )?(?:(\w+): )?(.+)$/

/** Reads `name(int4, count: int4, variadic text[]) result`. */
const parseSignature = (signature: string): Signature => {
  const open = signature.indexOf('(')
  const close = signature.lastIndexOf(')')
  const inside = signature.slice(open + 1, close)
  const args = inside === '' ? [] : inside.split(', ').map((text) => ARGUMENT.exec(text) as RegExpExecArray)
  const last = args[args.length - 1]
  const lastType = last?.[3] as string
  return {
    name: signature.slice(0, open),
    args: args.map((match) => typeOid(match[3] as string)),
    result: typeOid(signature.slice(close + 2)),
    ...(args.some((match) => match[2] !== undefined) ? { argNames: args.map((match) => match[2] ?? '') } : {}),
    ...(last?.[1] === undefined ? {} : { variadic: variadicElement(lastType) }),
  }
}

const variadicElement = (type: string): number => {
  if (type === 'any') return typeOid('any')
  if (type === 'anyarray') return typeOid('anyelement')
  if (type === 'anycompatiblearray') return typeOid('anycompatible')
  return typeOid(type.slice(0, -2))
}

/** What is not the usual case: functions are immutable and strict unless they say otherwise. */
export interface ScalarOptions {
  readonly volatility?: ScalarFunction['volatility']
  readonly strict?: boolean
  readonly inline?: (...args: string[]) => string
  readonly defaults?: readonly Datum[]
  readonly blocking?: boolean
}

const scalarIdentity = (oid: number, signature: string, description: string, options: ScalarOptions) =>
  ({
    kind: 'scalar',
    oid,
    ...parseSignature(signature),
    volatility: 'immutable',
    strict: true,
    description,
    ...options,
  }) as const

/** A function of its arguments alone. */
export const scalar = (
  oid: number,
  signature: string,
  description: string,
  evaluate: Evaluate,
  options: ScalarOptions = {},
): ScalarFunction => ({ ...scalarIdentity(oid, signature, description, options), evaluate })

/** A function that also needs the session; stable unless it says otherwise. */
export const sessionScalar = (
  oid: number,
  signature: string,
  description: string,
  evaluateIn: (context: EvalContext, ...args: Datum[]) => Datum,
  options: ScalarOptions = {},
): ScalarFunction => ({
  ...scalarIdentity(oid, signature, description, { volatility: 'stable', ...options }),
  evaluateIn,
})

/** A function whose computation depends on the types it is called with. */
export const typedScalar = (
  oid: number,
  signature: string,
  description: string,
  specialize: (types: CallTypes) => (context: EvalContext, ...args: Datum[]) => Datum,
  options: ScalarOptions = {},
): ScalarFunction => ({ ...scalarIdentity(oid, signature, description, options), specialize })

export interface AggregateOptions {
  /** Skip rows in which an argument is NULL; the usual case. */
  readonly skipNulls?: boolean
  readonly grouped?: (types: CallTypes) => GroupedAggregation
  readonly directArgs?: number
  readonly hypothetical?: boolean
  readonly volatility?: AggregateFunction['volatility']
}

export const aggregate = (
  oid: number,
  signature: string,
  description: string,
  create: (types: CallTypes) => Accumulator,
  options: AggregateOptions = {},
): AggregateFunction => ({
  kind: 'aggregate',
  oid,
  ...parseSignature(signature),
  volatility: 'immutable',
  skipNulls: true,
  description,
  create,
  ...options,
})

export const windowFunction = (
  oid: number,
  signature: string,
  description: string,
  evaluateRow: (partition: WindowPartition, row: number) => Datum,
): WindowFunction => ({
  kind: 'window',
  oid,
  ...parseSignature(signature),
  volatility: 'immutable',
  description,
  evaluateRow,
})

export interface SetOptions {
  readonly volatility?: SetReturningFunction['volatility']
  readonly strict?: boolean
  /** OUT columns as `name type`. */
  readonly columns?: readonly string[]
  readonly estimatedRows?: number
  readonly defaults?: readonly Datum[]
  readonly gather?: NonNullable<SetReturningFunction['gather']>
}

export const setReturning = (
  oid: number,
  signature: string,
  description: string,
  rows: SetReturningFunction['rows'],
  options: SetOptions = {},
): SetReturningFunction => {
  const { columns, ...rest } = options
  return {
    kind: 'set',
    oid,
    ...parseSignature(signature),
    volatility: 'immutable',
    strict: true,
    estimatedRows: 1000,
    description,
    rows,
    ...rest,
    ...(columns === undefined
      ? {}
      : {
          columns: columns.map((column) => {
            const space = column.indexOf(' ')
            return { name: column.slice(0, space), type: typeOid(column.slice(space + 1)) }
          }),
        }),
  }
}
