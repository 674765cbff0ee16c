/** The strings in JSON values: those that are indexed, and those that a headline is made of. */
import { invalidParameterValue } from '../../errors/raise/data.ts'
import { Jsonb, isJsonbArray, isJsonbObject, jsonbObject, type JsonbNode } from '../../types/json/jsonb.ts'
import { JsonMembers, JsonReader, type JsonValue } from '../../types/json/json-reader.ts'
import type { Numeric } from '../../types/numeric/numeric.ts'
import { quoteJson } from '../../types/json/quote.ts'

const KINDS = ['string', 'numeric', 'boolean', 'key'] as const
export type TextKind = (typeof KINDS)[number]

export const STRINGS: ReadonlySet<TextKind> = new Set(['string'])

/** Reads `["string", "key"]` or `"all"`. Throws 22023. */
export const textKinds = ({ root }: Jsonb): ReadonlySet<TextKind> => {
  const names = isJsonbArray(root) ? root : typeof root === 'string' ? [root] : null
  if (names === null) throw invalidParameterValue('wrong flag type, only arrays and scalars are allowed')
  return new Set(
    names.flatMap((name) => {
      if (typeof name !== 'string') {
        throw invalidParameterValue('flag array element is not a string', {
          hint: 'Possible values are: "string", "numeric", "boolean", "key", and "all".',
        })
      }
      const kind = KINDS.find((known) => known === name.toLowerCase())
      if (name.toLowerCase() === 'all') return KINDS
      if (kind === undefined) {
        throw invalidParameterValue(`wrong flag in flag array: "${name}"`, {
          hint: 'Possible values are: "string", "numeric", "boolean", "key", and "all".',
        })
      }
      return [kind]
    }),
  )
}

type AnyNode = JsonbNode | JsonValue

const membersOf = (node: AnyNode): readonly (readonly [string, AnyNode])[] | null =>
  node instanceof JsonMembers
    ? node.members
    : isJsonbObject(node as JsonbNode)
      ? [...(node as ReadonlyMap<string, JsonbNode>)]
      : null

function* textsIn(node: AnyNode, kinds: ReadonlySet<TextKind>): Generator<string> {
  if (Array.isArray(node)) {
    for (const element of node) yield* textsIn(element, kinds)
    return
  }
  const members = membersOf(node)
  if (members !== null) {
    for (const [key, value] of members) {
      if (kinds.has('key')) yield key
      yield* textsIn(value, kinds)
    }
    return
  }
  if (node === null) return
  if (typeof node === 'string' ? kinds.has('string') : kinds.has(typeof node === 'boolean' ? 'boolean' : 'numeric')) {
    yield (node as string | boolean | Numeric).toString()
  }
}

/** A JSON datum's tree: of jsonb, or of a text. */
const treeOf = (value: Jsonb | string): AnyNode =>
  value instanceof Jsonb ? value.root : new JsonReader(value).readDocument()

/** Strings (and what else is asked for) in the sequence of the document. */
export const textsOf = (value: Jsonb | string, kinds: ReadonlySet<TextKind>): Iterable<string> =>
  textsIn(treeOf(value), kinds)

const mapJsonb = (node: JsonbNode, map: (text: string) => string): JsonbNode => {
  if (typeof node === 'string') return map(node)
  if (isJsonbArray(node)) return node.map((element) => mapJsonb(element, map))
  if (isJsonbObject(node)) return jsonbObject(Array.from(node, ([key, value]) => [key, mapJsonb(value, map)] as const))
  return node
}

const mapJson = (node: JsonValue, map: (text: string) => string): string => {
  if (typeof node === 'string') return quoteJson(map(node))
  if (Array.isArray(node)) return `[${node.map((element) => mapJson(element, map)).join(',')}]`
  if (node instanceof JsonMembers) {
    return `{${node.members.map(([key, value]) => `${quoteJson(key)}:${mapJson(value, map)}`).join(',')}}`
  }
  return String(node)
}

/** The same value with every string changed. */
export const mapTexts = (value: Jsonb | string, map: (text: string) => string): Jsonb | string =>
  value instanceof Jsonb ? new Jsonb(mapJsonb(value.root, map)) : mapJson(new JsonReader(value).readDocument(), map)
