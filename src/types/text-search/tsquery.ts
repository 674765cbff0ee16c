/** tsquery: words joined by operators, as a tree. */
import { insufficientData } from '../../errors/raise/data.ts'
import { tsqueryMalformed } from '../../errors/raise/text-search.ts'
import { decodeUtf8, encodeUtf8, fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import type { FormatContext } from '../sql-type.ts'
import { compareText } from '../text-order.ts'
import { parseTsQuery } from './parse-tsquery.ts'
import { type BinaryNode, type QueryNode, TsQuery, type WordNode } from './query-node.ts'
import { WEIGHTS } from './tsvector.ts'
import { quoteWord } from './word-reader.ts'

const PRIORITY = { or: 1, and: 2, phrase: 3, not: 4 } as const

const formatWord = ({ word, weights, prefix }: WordNode): string => {
  const letters = Array.from('ABCD').filter((letter) => (weights >> WEIGHTS.indexOf(letter)) & 1)
  const suffix = `${prefix ? '*' : ''}${letters.join('')}`
  return suffix === '' ? quoteWord(word) : `${quoteWord(word)}:${suffix}`
}

const symbolOf = (node: BinaryNode): string => {
  if (node.kind !== 'phrase') return node.kind === 'and' ? '&' : '|'
  return node.distance === 1 ? '<->' : `<${node.distance}>`
}

const formatNode = (node: QueryNode, outer: number, isRightOfPhrase: boolean): string => {
  if (node.kind === 'word') return formatWord(node)
  const priority = PRIORITY[node.kind]
  const text =
    node.kind === 'not'
      ? `!${formatNode(node.operand, priority, false)}`
      : `${formatNode(node.left, priority, false)} ${symbolOf(node)} ${formatNode(node.right, priority, node.kind === 'phrase')}`
  return priority < outer || (node.kind === 'phrase' && isRightOfPhrase) ? `( ${text} )` : text
}

/** The text of a query. */
export const formatTsQuery = ({ root }: TsQuery): string => (root === null ? '' : formatNode(root, -1, false))

const OPERATOR_CODE = { not: 1, and: 2, or: 3, phrase: 4 } as const

const sendNode = (node: QueryNode, out: number[]): void => {
  if (node.kind === 'word') {
    out.push(1, node.weights, node.prefix ? 1 : 0, ...encodeUtf8(node.word), 0)
    return
  }
  out.push(2, OPERATOR_CODE[node.kind])
  if (node.kind === 'not') return sendNode(node.operand, out)
  if (node.kind === 'phrase') out.push(node.distance >> 8, node.distance & 0xff)
  sendNode(node.right, out)
  sendNode(node.left, out)
}

const countNodes = (node: QueryNode): number =>
  node.kind === 'word'
    ? 1
    : node.kind === 'not'
      ? 1 + countNodes(node.operand)
      : 1 + countNodes(node.left) + countNodes(node.right)

/** Words and operators of a query. */
export const nodeCount = ({ root }: TsQuery): number => (root === null ? 0 : countNodes(root))

/** Number of items, then each: operators before what they join, the right side first. */
const send = (query: TsQuery): Uint8Array => {
  const count = nodeCount(query)
  const out = [count >>> 24, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff]
  if (query.root !== null) sendNode(query.root, out)
  return Uint8Array.from(out)
}

const receive = (bytes: Uint8Array): TsQuery => {
  if (fixedView(bytes, 4).getInt32(0) === 0) return TsQuery.empty
  let at = 4
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw insufficientData()
    return byte
  }
  const node = (): QueryNode => {
    if (next() === 1) {
      const weights = next()
      const prefix = next() !== 0
      const end = bytes.indexOf(0, at)
      if (end < 0) throw insufficientData()
      const word = decodeUtf8(bytes.subarray(at, end))
      at = end + 1
      return { kind: 'word', word, weights, prefix }
    }
    const code = next()
    if (code === OPERATOR_CODE.not) return { kind: 'not', operand: node() }
    const distance = code === OPERATOR_CODE.phrase ? next() * 256 + next() : 0
    const right = node()
    const left = node()
    if (code === OPERATOR_CODE.phrase) return { kind: 'phrase', left, right, distance }
    if (code === OPERATOR_CODE.and) return { kind: 'and', left, right }
    if (code === OPERATOR_CODE.or) return { kind: 'or', left, right }
    throw tsqueryMalformed()
  }
  return new TsQuery(node())
}

/** The table of the reflected CRC-32 polynomial. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

/** PostgreSQL's older checksum of a word, by which queries are ordered: a CRC-32 whose register is not reflected. */
const wordChecksum = (word: string): number => {
  let crc = 0xffffffff
  for (const byte of encodeUtf8(word)) crc = ((CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] as number) ^ (crc << 8)) >>> 0
  return ~crc
}

const childrenOf = (node: QueryNode): readonly QueryNode[] =>
  node.kind === 'word' ? [] : node.kind === 'not' ? [node.operand] : [node.right, node.left]

/** Order of trees: words before operators, and more before less elsewhere. */
export const compareNodes = (a: QueryNode, b: QueryNode): number => {
  if (a.kind === 'word' && b.kind === 'word') {
    const checksum = wordChecksum(b.word) - wordChecksum(a.word)
    return checksum === 0 ? compareText(a.word, b.word) : checksum
  }
  if (a.kind === 'word' || b.kind === 'word') return a.kind === 'word' ? 1 : -1
  if (a.kind !== b.kind) return OPERATOR_CODE[b.kind] - OPERATOR_CODE[a.kind]
  const others = childrenOf(b)
  for (const [i, child] of childrenOf(a).entries()) {
    const order = compareNodes(child, others[i] as QueryNode)
    if (order !== 0) return order
  }
  return a.kind === 'phrase' && b.kind === 'phrase' ? b.distance - a.distance : 0
}

/** Bytes that PostgreSQL stores a value in, by which it orders values of equal numbers of nodes. */
const wordBytes = (node: QueryNode): number =>
  node.kind === 'word'
    ? encodeUtf8(node.word).length + 1
    : childrenOf(node).reduce((sum, child) => sum + wordBytes(child), 0)

export const compareTsQueries = (a: TsQuery, b: TsQuery): number => {
  const size = nodeCount(a) - nodeCount(b)
  if (size !== 0) return size
  if (a.root === null || b.root === null) return 0
  return wordBytes(a.root) - wordBytes(b.root) || compareNodes(a.root, b.root)
}

export const tsqueryType = defineType({
  oid: OID.tsquery,
  name: 'tsquery',
  category: 'U',
  length: -1,
  align: 'i',
  storage: 'p',
  arrayOid: 3645,
  physical: 'any',
  parse: (text: string, _typmod: number, _context: FormatContext) => parseTsQuery(text),
  format: formatTsQuery,
  receive,
  send,
  compare: compareTsQueries,
  hashKey: formatTsQuery,
})
