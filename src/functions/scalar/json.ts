/** json and jsonb: access, building, editing. */
import {
  arraySubscriptError,
  invalidParameterValue,
  jsonbNullKey,
  nullValueNotAllowed,
  wrongJsonKind,
  jsonNullRefused,
} from '../../errors/raise/data.ts'
import type { SqlArray } from '../../types/array.ts'
import {
  formatJsonbNode,
  isJsonbArray,
  isJsonbObject,
  Jsonb,
  type JsonbNode,
  jsonbObject,
} from '../../types/json/jsonb.ts'
import { quoteJson } from '../../types/json/quote.ts'
import type { Datum, SqlType } from '../../types/sql-type.ts'
import { scalar, typedScalar } from '../define.ts'
import {
  concatenateJsonb,
  containsJsonb,
  deleteAtPath,
  deleteIndex,
  deleteKeys,
  insertAtPath,
  nodeAtPath,
  setAtPath,
  stripNulls,
} from '../json/edit.ts'
import { jsonbNode, jsonText, keyText, recordText } from '../json/from-datum.ts'
import { prettyJsonb } from '../json/pretty.ts'
import { jsonAsText, jsonAtPath, jsonElement, jsonKind, jsonMember, jsonParts } from '../json/text-access.ts'
import type { ScalarFunction } from '../records.ts'

const pathOf = (path: SqlArray): readonly (string | null)[] => path.elements

/** A path to what is changed: of one dimension. */
const flatPath = (path: SqlArray): readonly (string | null)[] => {
  if (path.dimensions.length > 1) throw arraySubscriptError('wrong number of array subscripts')
  return path.elements
}

const jsonAccess: readonly ScalarFunction[] = [
  scalar(3947, 'json_object_field(from_json: json, field_name: text) json', 'member of a key', jsonMember),
  scalar(3948, 'json_object_field_text(from_json: json, field_name: text) text', 'member of a key as text', (a, key) =>
    jsonAsText(jsonMember(a, key)),
  ),
  scalar(3949, 'json_array_element(from_json: json, element_index: int4) json', 'element at an index', jsonElement),
  scalar(
    3950,
    'json_array_element_text(from_json: json, element_index: int4) text',
    'element at an index as text',
    (a, i) => jsonAsText(jsonElement(a, i)),
  ),
  scalar(3951, 'json_extract_path(from_json: json, variadic path_elems: text[]) json', 'value at a path', (a, path) =>
    jsonAtPath(a, pathOf(path)),
  ),
  scalar(
    3953,
    'json_extract_path_text(from_json: json, variadic path_elems: text[]) text',
    'value at a path as text',
    (a, path) => jsonAsText(jsonAtPath(a, pathOf(path))),
  ),
  scalar(3956, 'json_array_length(json) int4', 'number of elements', (a) => {
    const kind = jsonKind(a)
    if (kind !== 'array')
      throw wrongJsonKind(`cannot get array length of a ${kind === 'object' ? 'non-array' : 'scalar'}`)
    return jsonParts(a).length
  }),
  scalar(3968, 'json_typeof(json) text', 'kind of a value', jsonKind),
  scalar(3261, 'json_strip_nulls(json) json', 'leave out members that are null', stripNullText),
]

function stripNullText(text: string): string {
  switch (jsonKind(text)) {
    case 'object':
      return `{${jsonParts(text)
        .filter((part) => jsonKind(part.text) !== 'null')
        .map((part) => `${quoteJson(part.key)}:${stripNullText(part.text)}`)
        .join()}}`
    case 'array':
      return `[${jsonParts(text)
        .map((part) => stripNullText(part.text))
        .join()}]`
    case 'string':
      return quoteJson(jsonAsText(text) ?? '')
    default:
      return text.trim()
  }
}

/** A node as datum: SQL NULL where there is none. */
const wrap = (node: JsonbNode | undefined): Jsonb | null => (node === undefined ? null : new Jsonb(node))

/** A node as text: strings without quotes, null as NULL. */
export const nodeText = (node: JsonbNode | undefined): string | null => {
  if (node === undefined || node === null) return null
  return typeof node === 'string' ? node : formatJsonbNode(node)
}

const member = ({ root }: Jsonb, key: string): JsonbNode | undefined =>
  isJsonbObject(root) ? root.get(key) : undefined
/** A lone scalar counts as an array of itself. */
const element = ({ root }: Jsonb, index: number): JsonbNode | undefined => {
  if (isJsonbObject(root)) return undefined
  return (isJsonbArray(root) ? root : [root]).at(index)
}
const atPath = ({ root }: Jsonb, path: SqlArray): JsonbNode | undefined => nodeAtPath(root, pathOf(path))

/** A top-level key, or a string among the elements. */
const hasKey = ({ root }: Jsonb, key: string): boolean =>
  isJsonbObject(root) ? root.has(key) : isJsonbArray(root) ? root.includes(key) : root === key

const nodeKind = (node: JsonbNode): string => {
  if (node === null) return 'null'
  if (isJsonbArray(node)) return 'array'
  if (isJsonbObject(node)) return 'object'
  return typeof node === 'string' ? 'string' : typeof node === 'boolean' ? 'boolean' : 'number'
}

const presentKeys = (keys: SqlArray): string[] => keys.elements.filter((key) => key !== null)

const jsonbAccess: readonly ScalarFunction[] = [
  scalar(3478, 'jsonb_object_field(from_json: jsonb, field_name: text) jsonb', 'member of a key', (a, key) =>
    wrap(member(a, key)),
  ),
  scalar(
    3214,
    'jsonb_object_field_text(from_json: jsonb, field_name: text) text',
    'member of a key as text',
    (a, key) => nodeText(member(a, key)),
  ),
  scalar(3215, 'jsonb_array_element(from_json: jsonb, element_index: int4) jsonb', 'element at an index', (a, i) =>
    wrap(element(a, i)),
  ),
  scalar(
    3216,
    'jsonb_array_element_text(from_json: jsonb, element_index: int4) text',
    'element at an index as text',
    (a, i) => nodeText(element(a, i)),
  ),
  scalar(
    3217,
    'jsonb_extract_path(from_json: jsonb, variadic path_elems: text[]) jsonb',
    'value at a path',
    (a, path) => wrap(atPath(a, path)),
  ),
  scalar(
    3940,
    'jsonb_extract_path_text(from_json: jsonb, variadic path_elems: text[]) text',
    'value at a path as text',
    (a, path) => nodeText(atPath(a, path)),
  ),
  scalar(3207, 'jsonb_array_length(jsonb) int4', 'number of elements', ({ root }: Jsonb) => {
    if (isJsonbArray(root)) return root.length
    throw wrongJsonKind(`cannot get array length of a ${isJsonbObject(root) ? 'non-array' : 'scalar'}`)
  }),
  scalar(3210, 'jsonb_typeof(jsonb) text', 'kind of a value', ({ root }: Jsonb) => nodeKind(root)),
  scalar(
    3262,
    'jsonb_strip_nulls(jsonb) jsonb',
    'leave out members that are null',
    ({ root }: Jsonb) => new Jsonb(stripNulls(root)),
  ),
  scalar(3306, 'jsonb_pretty(jsonb) text', 'text with line breaks and indentation', ({ root }: Jsonb) =>
    prettyJsonb(root),
  ),
  scalar(4046, 'jsonb_contains(jsonb, jsonb) bool', 'whether a value contains another', (a, b) =>
    containsJsonb(a.root, b.root),
  ),
  scalar(4050, 'jsonb_contained(jsonb, jsonb) bool', 'whether a value is contained in another', (a, b) =>
    containsJsonb(b.root, a.root),
  ),
  scalar(4047, 'jsonb_exists(jsonb, text) bool', 'whether there is a key', hasKey),
  scalar(4048, 'jsonb_exists_any(jsonb, text[]) bool', 'whether there is one of the keys', (a, keys) =>
    presentKeys(keys).some((key) => hasKey(a, key)),
  ),
  scalar(4049, 'jsonb_exists_all(jsonb, text[]) bool', 'whether there are all of the keys', (a, keys) =>
    presentKeys(keys).every((key) => hasKey(a, key)),
  ),
]

const SET_ARGUMENTS = 'jsonb_in: jsonb, path: text[], replacement: jsonb'

const setLax = (
  target: Jsonb | null,
  path: SqlArray | null,
  value: Jsonb | null,
  create: boolean | null,
  treatment: string | null,
): Jsonb | null => {
  if (target === null || path === null || create === null) return null
  const unknownTreatment = () =>
    invalidParameterValue(
      'null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"',
    )
  if (treatment === null) throw unknownTreatment()
  if (value !== null) return new Jsonb(setAtPath(target.root, flatPath(path), value.root, create))
  if (!['raise_exception', 'use_json_null', 'delete_key', 'return_target'].includes(treatment)) throw unknownTreatment()
  if (treatment === 'raise_exception') throw jsonNullRefused()
  if (treatment === 'return_target') return target
  if (treatment === 'delete_key') return new Jsonb(deleteAtPath(target.root, flatPath(path)))
  return new Jsonb(setAtPath(target.root, flatPath(path), null, create))
}

const jsonbEditing: readonly ScalarFunction[] = [
  scalar(
    3301,
    'jsonb_concat(jsonb, jsonb) jsonb',
    'concatenate',
    (a, b) => new Jsonb(concatenateJsonb(a.root, b.root)),
  ),
  scalar(3302, 'jsonb_delete(jsonb, text) jsonb', 'delete a key', (a, key) => new Jsonb(deleteKeys(a.root, [key]))),
  scalar(
    3303,
    'jsonb_delete(jsonb, int4) jsonb',
    'delete an element',
    (a, index) => new Jsonb(deleteIndex(a.root, index)),
  ),
  scalar(3343, 'jsonb_delete(from_json: jsonb, variadic path_elems: text[]) jsonb', 'delete keys', (a, keys) => {
    flatPath(keys)
    return new Jsonb(deleteKeys(a.root, presentKeys(keys)))
  }),
  scalar(
    3304,
    'jsonb_delete_path(jsonb, text[]) jsonb',
    'delete what stands at a path',
    (a, path) => new Jsonb(deleteAtPath(a.root, flatPath(path))),
  ),
  scalar(
    3305,
    `jsonb_set(${SET_ARGUMENTS}, create_if_missing: bool) jsonb`,
    'replace what stands at a path',
    (a, path, value, create) => new Jsonb(setAtPath(a.root, flatPath(path), value.root, create)),
    { defaults: [true] },
  ),
  scalar(
    5054,
    `jsonb_set_lax(${SET_ARGUMENTS}, create_if_missing: bool, null_value_treatment: text) jsonb`,
    'replace what stands at a path, with a rule for NULL',
    setLax,
    { strict: false, defaults: [true, 'use_json_null'] },
  ),
  scalar(
    3579,
    `jsonb_insert(${SET_ARGUMENTS}, insert_after: bool) jsonb`,
    'insert at a path',
    (a, path, value, after) => new Jsonb(insertAtPath(a.root, flatPath(path), value.root, after)),
    { defaults: [false] },
  ),
]

/** Key and value pairs out of arguments that alternate. */
const pairs = (name: string, values: readonly Datum[]): number[] => {
  if (values.length % 2 !== 0) {
    throw invalidParameterValue('argument list must have even number of elements', {
      hint: `The arguments of ${name}() must consist of alternating keys and values.`,
    })
  }
  return Array.from({ length: values.length / 2 }, (_, i) => i * 2)
}

const STABLE = { volatility: 'stable' } as const
const BUILDER = { volatility: 'stable', strict: false } as const

const builders: readonly ScalarFunction[] = [
  ...['json_build_array(variadic any) json', 'json_build_array() json'].map((signature, i) =>
    typedScalar(
      3198 + i,
      signature,
      'an array of the arguments',
      ({ args }) =>
        ({ format }, ...values) =>
          `[${values.map((value, k) => jsonText(args[k] as SqlType, value, format)).join(', ')}]`,
      BUILDER,
    ),
  ),
  ...['jsonb_build_array(variadic any) jsonb', 'jsonb_build_array() jsonb'].map((signature, i) =>
    typedScalar(
      3271 + i,
      signature,
      'an array of the arguments',
      ({ args }) =>
        ({ format }, ...values) =>
          new Jsonb(values.map((value, k) => jsonbNode(args[k] as SqlType, value, format))),
      BUILDER,
    ),
  ),
  ...['json_build_object(variadic any) json', 'json_build_object() json'].map((signature, i) =>
    typedScalar(
      3200 + i,
      signature,
      'an object of alternating keys and values',
      ({ args }) =>
        ({ format }, ...values) => {
          const members = pairs('json_build_object', values).map(
            (k) =>
              `${quoteJson(keyText(args[k] as SqlType, values[k], format, k + 1))} : ${jsonText(args[k + 1] as SqlType, values[k + 1], format)}`,
          )
          return `{${members.join(', ')}}`
        },
      BUILDER,
    ),
  ),
  ...['jsonb_build_object(variadic any) jsonb', 'jsonb_build_object() jsonb'].map((signature, i) =>
    typedScalar(
      3273 + i,
      signature,
      'an object of alternating keys and values',
      ({ args }) =>
        ({ format }, ...values) =>
          new Jsonb(
            jsonbObject(
              pairs('jsonb_build_object', values).map((k): [string, JsonbNode] => {
                if (values[k] === null) throw jsonbNullKey(k + 1)
                return [
                  keyText(args[k] as SqlType, values[k], format, k + 1),
                  jsonbNode(args[k + 1] as SqlType, values[k + 1], format),
                ]
              }),
            ),
          ),
      BUILDER,
    ),
  ),
  typedScalar(
    3176,
    'to_json(anyelement) json',
    'a value as json',
    ({ args }) =>
      ({ format }, value) =>
        jsonText(args[0] as SqlType, value, format),
    STABLE,
  ),
  typedScalar(
    3787,
    'to_jsonb(anyelement) jsonb',
    'a value as jsonb',
    ({ args }) =>
      ({ format }, value) =>
        new Jsonb(jsonbNode(args[0] as SqlType, value, format)),
    STABLE,
  ),
  ...['array_to_json(anyarray) json', 'array_to_json(anyarray, bool) json'].map((signature, i) =>
    typedScalar(
      3153 + i,
      signature,
      'an array as json',
      ({ args }) =>
        ({ format }, value, pretty) =>
          jsonText(args[0] as SqlType, value, format, pretty === true ? ',\n ' : ','),
      STABLE,
    ),
  ),
  ...['row_to_json(record) json', 'row_to_json(record, bool) json'].map((signature, i) =>
    typedScalar(
      3155 + i,
      signature,
      'a row as json',
      () =>
        ({ format }, record, pretty) =>
          recordText(record, format, pretty === true ? ',\n ' : ','),
      STABLE,
    ),
  ),
]

/** Keys and values out of one array that alternates or has pairs as rows, or out of two arrays. */
const textPairs = (keys: SqlArray, values?: SqlArray): [string, string | null][] => {
  if (values !== undefined) {
    if (keys.dimensions.length > 1 || values.dimensions.length > 1)
      throw arraySubscriptError('wrong number of array subscripts')
    if (keys.elements.length !== values.elements.length) throw arraySubscriptError('mismatched array dimensions')
    return keys.elements.map((key, i) => [requireKey(key), values.elements[i] as string | null])
  }
  if (keys.dimensions.length === 1 && keys.elements.length % 2 !== 0)
    throw arraySubscriptError('array must have even number of elements')
  if (keys.dimensions.length === 2 && keys.dimensions[1] !== 2) throw arraySubscriptError('array must have two columns')
  if (keys.dimensions.length > 2) throw arraySubscriptError('wrong number of array subscripts')
  return Array.from({ length: keys.elements.length / 2 }, (_, i) => [
    requireKey(keys.elements[i * 2]),
    keys.elements[i * 2 + 1] as string | null,
  ])
}

const requireKey = (key: string | null): string => {
  if (key === null) throw nullValueNotAllowed('null value not allowed for object key')
  return key
}

const textObject = (keys: SqlArray, values?: SqlArray): string =>
  `{${textPairs(keys, values)
    .map(([key, value]) => `${quoteJson(key)} : ${value === null ? 'null' : quoteJson(value)}`)
    .join(', ')}}`

const jsonbTextObject = (keys: SqlArray, values?: SqlArray): Jsonb => new Jsonb(jsonbObject(textPairs(keys, values)))

const textObjects: readonly ScalarFunction[] = [
  scalar(3202, 'json_object(text[]) json', 'an object of alternating keys and values', (a) => textObject(a)),
  scalar(3203, 'json_object(text[], text[]) json', 'an object of keys and values', textObject),
  scalar(3263, 'jsonb_object(text[]) jsonb', 'an object of alternating keys and values', (a) => jsonbTextObject(a)),
  scalar(3264, 'jsonb_object(text[], text[]) jsonb', 'an object of keys and values', jsonbTextObject),
]

export const jsonFunctions: readonly ScalarFunction[] = [
  ...jsonAccess,
  ...jsonbAccess,
  ...jsonbEditing,
  ...builders,
  ...textObjects,
]
