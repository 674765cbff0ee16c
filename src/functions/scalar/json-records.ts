/** json_populate_record, json_to_record and their kin: the result's row type tells the columns. */
import { formatJsonbNode, type JsonbNode, jsonbObject } from '../../types/json/jsonb.ts'
import { JsonMembers, JsonReader, type JsonValue } from '../../types/json/json-reader.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { setReturning, typedScalar } from '../define.ts'
import { type JsonSource, populateRecord, populateRecords } from '../json/to-record.ts'
import type { ScalarFunction, SetReturningFunction } from '../records.ts'

/** Reads JSON and keeps the texts of arrays, objects and numbers. */
class TextKeeper extends JsonReader {
  readonly #texts = new Map<JsonValue, string>()

  override readValue(): JsonValue {
    this.skipSpace()
    const from = this.at
    const value = super.readValue()
    if (typeof value === 'object' && value !== null) this.#texts.set(value, this.text.slice(from, this.at))
    return value
  }

  source(): JsonSource {
    const kept = new Map<JsonbNode, string>()
    const canonical = (value: JsonValue): JsonbNode => {
      const node: JsonbNode = Array.isArray(value)
        ? value.map(canonical)
        : value instanceof JsonMembers
          ? jsonbObject(value.members.map(([key, member]): [string, JsonbNode] => [key, canonical(member)]))
          : value
      const text = this.#texts.get(value)
      if (text !== undefined) kept.set(node, text)
      return node
    }
    return { root: canonical(this.readDocument()), textOf: (node) => kept.get(node) ?? formatJsonbNode(node) }
  }
}

/** What is read of either kind of JSON. */
const sourceOf = (type: SqlType | undefined, value: unknown): JsonSource =>
  type?.name === 'json'
    ? new TextKeeper(value as string).source()
    : { root: (value as { root: JsonbNode }).root, textOf: formatJsonbNode }

const STABLE = { volatility: 'stable' } as const
const POPULATE = { volatility: 'stable', strict: false } as const
const FROM_JSON = 'base: anyelement, from_json: json, use_json_as_text: bool'

const populating = (name: string) =>
  ((types) =>
    ({ format }, base, json) =>
      json === null
        ? base
        : populateRecord(
            name,
            sourceOf(types.args[1], json),
            types,
            base,
            format,
          )) satisfies ScalarFunction['specialize']

const converting = (name: string) =>
  ((types) =>
    ({ format }, json) =>
      populateRecord(name, sourceOf(types.args[0], json), types, null, format)) satisfies ScalarFunction['specialize']

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
  ({ format }, types, ...values) => {
    const json = values[argument]
    if (json === null) return []
    const base = argument === 1 ? values[0] : null
    return populateRecords(name, sourceOf(types.args[argument], json), types, base, format)
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
