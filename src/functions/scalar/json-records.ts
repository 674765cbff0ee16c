/** json_populate_record, json_to_record and their kin: the result's row type tells the columns. */
import { canonicalJson, type JsonbNode } from '../../types/json/jsonb.ts'
import { JsonReader } from '../../types/json/json-reader.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { setReturning, typedScalar } from '../define.ts'
import { populateRecord, populateRecords } from '../json/to-record.ts'
import type { ScalarFunction, SetReturningFunction } from '../records.ts'

/** The tree of either kind of JSON. */
const rootOf = (type: SqlType | undefined, value: unknown): JsonbNode =>
  type?.name === 'json'
    ? canonicalJson(new JsonReader(value as string).readDocument())
    : (value as { root: JsonbNode }).root

const STABLE = { volatility: 'stable' } as const
const POPULATE = { volatility: 'stable', strict: false } as const
const FROM_JSON = 'base: anyelement, from_json: json, use_json_as_text: bool'

const populating = (name: string) =>
  (({ args, result }) =>
    ({ format }, base, json) =>
      json === null
        ? base
        : populateRecord(name, rootOf(args[1], json), result, base, format)) satisfies ScalarFunction['specialize']

const converting = (name: string) =>
  (({ args, result }) =>
    ({ format }, json) =>
      populateRecord(name, rootOf(args[0], json), result, null, format)) satisfies ScalarFunction['specialize']

export const jsonRecordFunctions: readonly ScalarFunction[] = [
  typedScalar(
    3960,
    `json_populate_record(${FROM_JSON}) anyelement`,
    'a row out of an object',
    populating('json_populate_record'),
    {
      ...POPULATE,
      defaults: [false],
    },
  ),
  typedScalar(
    3209,
    'jsonb_populate_record(anyelement, jsonb) anyelement',
    'a row out of an object',
    populating('jsonb_populate_record'),
    POPULATE,
  ),
  typedScalar(3204, 'json_to_record(json) record', 'a row out of an object', converting('json_to_record'), STABLE),
  typedScalar(3490, 'jsonb_to_record(jsonb) record', 'a row out of an object', converting('jsonb_to_record'), STABLE),
]

const rowsOf =
  (name: string, argument: 0 | 1): SetReturningFunction['rows'] =>
  ({ format }, { args, result }, ...values) => {
    const json = values[argument]
    if (json === null) return []
    return populateRecords(name, rootOf(args[argument], json), result, argument === 1 ? values[0] : null, format)
  }

const ROWS = { volatility: 'stable', strict: false, estimatedRows: 100 } as const

export const jsonRecordSets: readonly SetReturningFunction[] = [
  setReturning(
    3961,
    `json_populate_recordset(${FROM_JSON}) anyelement`,
    'rows out of an array of objects',
    rowsOf('json_populate_recordset', 1),
    { ...ROWS, defaults: [false] },
  ),
  setReturning(
    3475,
    'jsonb_populate_recordset(anyelement, jsonb) anyelement',
    'rows out of an array of objects',
    rowsOf('jsonb_populate_recordset', 1),
    ROWS,
  ),
  setReturning(
    3205,
    'json_to_recordset(json) record',
    'rows out of an array of objects',
    rowsOf('json_to_recordset', 0),
    ROWS,
  ),
  setReturning(
    3491,
    'jsonb_to_recordset(jsonb) record',
    'rows out of an array of objects',
    rowsOf('jsonb_to_recordset', 0),
    ROWS,
  ),
]
