/** Calls functions of the registry on texts, as the value tables write them. */
import { SqlError } from '../../src/errors/sql-error.ts'
import type { EvalContext } from '../../src/functions/context.ts'
import { functionsByName } from '../../src/functions/index.ts'
import type { CallTypes, FunctionRecord, ScalarFunction, SetReturningFunction } from '../../src/functions/records.ts'
import { typeByName, typeByOid } from '../../src/types/index.ts'
import { OID } from '../../src/types/oids.ts'
import type { Datum, SqlType } from '../../src/types/sql-type.ts'
import { referenceFormat } from '../types/fixtures.ts'

/** A session with the reference settings and nothing else. */
export const referenceContext = {
  format: referenceFormat,
  transactionTimestamp: 0,
  statementTimestamp: 0,
} as EvalContext

const POLYMORPHIC: ReadonlySet<number> = new Set([
  OID.any,
  OID.anyelement,
  OID.anyarray,
  OID.anynonarray,
  OID.anycompatible,
  OID.anycompatiblearray,
  OID.anycompatiblenonarray,
])

const ARRAYS: ReadonlySet<number> = new Set([OID.anyarray, OID.anycompatiblearray])

const typeAt = (oid: number): SqlType => {
  const type = typeByOid(oid)
  if (type === undefined) throw new Error(`no type ${oid}`)
  return type
}

/** The overload for argument types: exact first, then a polymorphic one. */
export const overload = (name: string, types: readonly SqlType[]): FunctionRecord => {
  const candidates = functionsByName(name)
  const takes = (record: FunctionRecord, polymorphic: boolean): boolean =>
    (record.args.length === types.length ||
      (polymorphic && record.variadic === OID.any) ||
      hasDefaults(record, types.length)) &&
    record.args
      .slice(0, types.length)
      .every(
        (arg, i) =>
          arg === types[i]?.oid ||
          (polymorphic &&
            POLYMORPHIC.has(arg) &&
            (!ARRAYS.has(arg) || types[i]?.category === 'A') &&
            (arg !== OID.anynonarray || types[i]?.category !== 'A')),
      )
  const record = candidates.find((one) => takes(one, false)) ?? candidates.find((one) => takes(one, true))
  if (record === undefined) throw new Error(`no function ${name}(${types.map((type) => type.name).join(', ')})`)
  return record
}

const hasDefaults = (record: FunctionRecord, given: number): boolean =>
  given < record.args.length && given >= record.args.length - (record.defaults?.length ?? 0)

/** Result type of a call, polymorphic ones resolved from the arguments. */
export const resultType = (record: FunctionRecord, types: readonly SqlType[]): SqlType => {
  if (!POLYMORPHIC.has(record.result)) return typeAt(record.result)
  const array = types.find((type) => type.category === 'A')
  if (ARRAYS.has(record.result)) return array ?? typeAt((types[0] as SqlType).arrayOid)
  return array?.element ?? (types[0] as SqlType)
}

const evaluate = (record: ScalarFunction, types: CallTypes, values: readonly Datum[]): Datum => {
  if (record.strict && values.includes(null)) return null
  if (record.evaluate !== undefined) return record.evaluate(...values)
  const run = record.evaluateIn ?? record.specialize?.(types)
  return run?.(referenceContext, ...values)
}

/** Rows as `{a|b}`, columns of one row as `(a,b)`. */
const rowsText = (record: SetReturningFunction, types: CallTypes, values: readonly Datum[]): string => {
  const { columns } = record
  const text = (row: Datum): string => {
    if (columns !== undefined && columns.length > 1) {
      const cells = columns.map(({ type }, i) => (row[i] === null ? '' : typeAt(type).format(row[i], referenceFormat)))
      return `(${cells.join(',')})`
    }
    return row === null ? 'NULL' : types.result.format(row, referenceFormat)
  }
  return `{${Array.from(record.rows(referenceContext, types, ...values), text).join('|')}}`
}

/** Calls a function on texts of types; answers the result's text, null for NULL, or `ERROR` with code, message, detail and hint. */
export const callOnTexts = (
  name: string,
  args: readonly (readonly [type: string, text: string | null])[],
): string | null => {
  try {
    const types = args.map(([type]) => typeByName(type) as SqlType)
    const values = args.map(([, text], i) =>
      text === null ? null : (types[i] as SqlType).parse(text, -1, referenceFormat),
    )
    const record = overload(name, types)
    const missing = record.args.length - values.length
    if (missing > 0) values.push(...(record.defaults?.slice(-missing) ?? []))
    const callTypes = { args: types, result: resultType(record, types), typeOf: typeAt }
    if (record.kind === 'set') return rowsText(record, callTypes, values)
    if (record.kind !== 'scalar') throw new Error(`${name} is no scalar function`)
    const value = evaluate(record, callTypes, values)
    return value === null ? null : callTypes.result.format(value, referenceFormat)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { detail, hint } = error.fields
    return `ERROR ${error.code} ${error.message}${detail === undefined ? '' : ` D:${detail}`}${hint === undefined ? '' : ` H:${hint}`}`
  }
}
