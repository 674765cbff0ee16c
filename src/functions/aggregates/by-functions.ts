/** Aggregates that are made of other functions: a transition from state to state, and a last step. */
import { OID } from '../../types/oids.ts'
import { isMultirangeType, isRangeType } from '../../types/range/range-type.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import type { EvalContext } from '../context.ts'
import type { Accumulator, CallTypes, ScalarFunction } from '../records.ts'

export interface AggregateParts {
  readonly transition: ScalarFunction
  readonly final: ScalarFunction | null
  /** The declared type of the state. */
  readonly state: number
  /** The first state as text; null: NULL. */
  readonly initial: string | null
  /** Declared argument types. */
  readonly args: readonly number[]
  readonly result: number
}

type Invoke = (context: EvalContext, ...args: Datum[]) => Datum

const invoker = (fn: ScalarFunction, types: CallTypes): Invoke => {
  const { evaluate } = fn
  if (evaluate !== undefined) return (_context, ...args) => evaluate(...args)
  const call = fn.evaluateIn ?? fn.specialize?.(types)
  if (call === undefined) throw new Error(`function ${fn.name} has no evaluation`)
  return call
}

/** What pseudo types of elements stand for, as the arguments of a call tell. */
const elementOf = ({ args }: AggregateParts, types: CallTypes): SqlType | null => {
  for (const [i, declared] of args.entries()) {
    const actual = types.args[i]
    if (actual === undefined) continue
    if (ELEMENTS.has(declared)) return actual
    if (ARRAYS.has(declared)) return actual.element
    if (isRangeType(actual)) return actual.subtype
    if (isMultirangeType(actual)) return actual.range.subtype
  }
  return null
}

const ELEMENTS = new Set<number>([
  OID.anyelement,
  OID.anynonarray,
  OID.anyenum,
  OID.anycompatible,
  OID.anycompatiblenonarray,
])
const ARRAYS = new Set<number>([OID.anyarray, OID.anycompatiblearray])

/** The type that the state has in a call. */
const stateType = (parts: AggregateParts, types: CallTypes): SqlType => {
  if (parts.state === parts.result) return types.result
  const same = parts.args.indexOf(parts.state)
  if (same >= 0) return types.args[same] as SqlType
  const element = elementOf(parts, types)
  if (element !== null && ELEMENTS.has(parts.state)) return element
  if (element !== null && ARRAYS.has(parts.state)) return types.typeOf(element.arrayOid)
  return types.typeOf(parts.state)
}

export const aggregateOfFunctions =
  (parts: AggregateParts) =>
  (types: CallTypes): Accumulator => {
    const { transition, final, initial } = parts
    const state = stateType(parts, types)
    const typeOf = (oid: number): SqlType => types.typeOf(oid)
    const step = invoker(transition, { args: [state, ...types.args], result: state, typeOf })
    const last = final === null ? null : invoker(final, { args: [state], result: types.result, typeOf })
    let value: Datum = null
    /** No value has been taken in; with a strict transition the first one becomes the state. */
    let isFresh = initial === null
    let isRead = initial === null
    const read = ({ format }: EvalContext): void => {
      if (isRead) return
      isRead = true
      value = state.parse(initial as string, -1, format)
    }
    return {
      add: (context, ...args) => {
        read(context)
        if (transition.strict) {
          if (args.includes(null)) return
          if (isFresh && value === null) {
            isFresh = false
            value = args[0]
            return
          }
          if (value === null) return
        }
        isFresh = false
        value = step(context, value, ...args)
      },
      result: (context) => {
        read(context)
        if (last === null) return value
        return final?.strict === true && value === null ? null : last(context, value)
      },
    }
  }
