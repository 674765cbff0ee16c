/** jsonb: JSON as a canonical tree — last of equal keys wins, keys ordered by length and then bytes — wrapped so that JSON null is not SQL NULL. */
import { invalidBinaryRepresentation } from '../../errors/raise/data.ts'
import { decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { Numeric } from '../numeric/numeric.ts'
import { OID } from '../oids.ts'
import { compareText } from '../text-order.ts'
import { JsonMembers, JsonReader, type JsonValue } from './json-reader.ts'
import { quoteJson } from './quote.ts'

/** A node of the tree; maps iterate in canonical key order. */
export type JsonbNode = null | boolean | string | Numeric | readonly JsonbNode[] | JsonbObject
export type JsonbObject = ReadonlyMap<string, JsonbNode>

/** The datum: never null itself, though its root may be. */
export class Jsonb {
  readonly root: JsonbNode

  constructor(root: JsonbNode) {
    this.root = root
  }
}

export const isJsonbArray = (node: JsonbNode): node is readonly JsonbNode[] => Array.isArray(node)
export const isJsonbObject = (node: JsonbNode): node is JsonbObject => node instanceof Map
export const isScalar = (node: JsonbNode): boolean => !isJsonbArray(node) && !isJsonbObject(node)

const utf8Length = (text: string): number => Buffer.byteLength(text)

/** Key order within objects: shorter first, then by bytes. */
const compareKeys = (a: string, b: string): number => utf8Length(a) - utf8Length(b) || compareText(a, b)

/** An object of entries in any order; later ones replace earlier ones of the same key. */
export const jsonbObject = (entries: Iterable<readonly [string, JsonbNode]>): JsonbObject => {
  const map = new Map(entries)
  return new Map([...map].sort(([a], [b]) => compareKeys(a, b)))
}

export const canonicalJson = (value: JsonValue): JsonbNode => {
  if (Array.isArray(value)) return value.map(canonicalJson)
  if (value instanceof JsonMembers) {
    return jsonbObject(value.members.map(([key, member]): [string, JsonbNode] => [key, canonicalJson(member)]))
  }
  return value
}

/** jsonb's input function. Throws 22P02. */
const parseJsonb = (text: string): Jsonb => new Jsonb(canonicalJson(new JsonReader(text).readDocument()))

/** Text of a node with PostgreSQL's spacing: `{"a": [1, null]}`. */
export const formatJsonbNode = (node: JsonbNode): string => {
  if (typeof node === 'string') return quoteJson(node)
  if (node === null || typeof node === 'boolean') return String(node)
  if (isJsonbArray(node)) return `[${node.map(formatJsonbNode).join(', ')}]`
  if (isJsonbObject(node)) {
    return `{${[...node].map(([key, member]) => `${quoteJson(key)}: ${formatJsonbNode(member)}`).join(', ')}}`
  }
  return (node as Numeric).toString()
}

/** Order of kinds: null < string < number < boolean < array < object. */
const rank = (node: JsonbNode): number => {
  if (node === null) return 0
  if (typeof node === 'string') return 1
  if (typeof node === 'boolean') return 3
  if (isJsonbArray(node)) return 4
  return isJsonbObject(node) ? 5 : 2
}

/** jsonb's B-tree order of nodes below the root. */
export const compareJsonbNodes = (a: JsonbNode, b: JsonbNode): number => {
  const kind = rank(a)
  if (kind !== rank(b)) return kind - rank(b)
  switch (kind) {
    case 0:
      return 0
    case 1:
      return compareText(a as string, b as string)
    case 2:
      return Numeric.compare(a as Numeric, b as Numeric)
    case 3:
      return Number(a) - Number(b)
    case 4:
      return compareLists(a as readonly JsonbNode[], b as readonly JsonbNode[])
    default:
      return compareObjects(a as JsonbObject, b as JsonbObject)
  }
}

const compareLists = (a: readonly JsonbNode[], b: readonly JsonbNode[]): number => {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i++) {
    const order = compareJsonbNodes(a[i] as JsonbNode, b[i] as JsonbNode)
    if (order !== 0) return order
  }
  return 0
}

const compareObjects = (a: JsonbObject, b: JsonbObject): number => {
  if (a.size !== b.size) return a.size - b.size
  const others = [...b]
  let i = 0
  for (const [key, member] of a) {
    const [otherKey, otherMember] = others[i++] as [string, JsonbNode]
    const order = compareText(key, otherKey) || compareJsonbNodes(member, otherMember)
    if (order !== 0) return order
  }
  return 0
}

/** Order of whole values: as of nodes, but an empty array at the root comes before everything. */
export const compareJsonb = (a: Jsonb, b: Jsonb): number => {
  const emptyA = isJsonbArray(a.root) && a.root.length === 0
  const emptyB = isJsonbArray(b.root) && b.root.length === 0
  return emptyA === emptyB ? compareJsonbNodes(a.root, b.root) : emptyA ? -1 : 1
}

/** Equal nodes have equal keys: numbers count by value. */
const nodeKey = (node: JsonbNode): string => {
  if (isJsonbArray(node)) return `[${node.map(nodeKey).join()}]`
  if (isJsonbObject(node)) return `{${[...node].map(([key, member]) => `${quoteJson(key)}:${nodeKey(member)}`).join()}}`
  return node instanceof Numeric ? String(node.hashKey()) : formatJsonbNode(node)
}

/** Version byte that begins the binary form. */
const VERSION = 1

export const jsonbType = defineType({
  oid: OID.jsonb,
  name: 'jsonb',
  category: 'U',
  length: -1,
  align: 'i',
  arrayOid: 3807,
  physical: 'any',
  parse: parseJsonb,
  format: (value: Jsonb) => formatJsonbNode(value.root),
  receive: (bytes) => {
    if (bytes[0] !== VERSION) throw invalidBinaryRepresentation(`unsupported jsonb version number ${bytes[0]}`)
    return parseJsonb(decodeUtf8(bytes.subarray(1)))
  },
  send: (value: Jsonb) => Buffer.concat([Uint8Array.of(VERSION), encodeUtf8(formatJsonbNode(value.root))]),
  compare: compareJsonb,
  hashKey: (value: Jsonb) => nodeKey(value.root),
})
