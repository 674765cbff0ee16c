/** The text of internet addresses: of inet, of cidr, and abbreviated. */
import { InetAddress } from './address.ts'

const DECIMAL_OCTET = /^\d+$/
const PREFIX_LENGTH = /^\d+$/
const HEXADECIMAL_NETWORK = /^0x([\da-f]+)$/i
const GROUP = /^[\da-f]{1,4}$/i
const GROUPS = 8

/** Octets between points, up to four of them, a point behind the last one allowed; null when one is none. */
const parseOctets = (text: string): number[] | null => {
  const octets = text.replace(/\.$/, '').split('.')
  if (octets.length > 4 || octets.some((octet) => !DECIMAL_OCTET.test(octet) || Number(octet) > 255)) return null
  return octets.map(Number)
}

const hexadecimalOctets = (digits: string): number[] | null =>
  digits.length > 8 ? null : (digits.match(/..?/g) ?? []).map((pair) => Number.parseInt(pair.padEnd(2, '0'), 16))

/** The prefix of a network written without one, by its class and by the octets that are there. */
const impliedBits = (octets: readonly number[]): number => {
  const [first = 0] = octets
  const ofClass = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8
  const bits = Math.max(ofClass, octets.length * 8)
  return bits === 8 && first === 224 ? 4 : bits
}

const parseBits = (text: string | undefined, size: number): number | null => {
  if (text === undefined) return -1
  return PREFIX_LENGTH.test(text) && Number(text) <= size ? Number(text) : null
}

const parse4 = (text: string, isNetwork: boolean): InetAddress | null => {
  const [address = '', prefix, ...rest] = text.split('/')
  const hexadecimal = isNetwork ? HEXADECIMAL_NETWORK.exec(address) : null
  const octets = hexadecimal === null ? parseOctets(address) : hexadecimalOctets(hexadecimal[1] as string)
  const given = parseBits(prefix, 32)
  if (octets === null || given === null || rest.length > 0) return null
  const isComplete = octets.length === 4
  if (!isNetwork && !isComplete && (given < 0 || Math.floor(given / 8) > octets.length)) return null
  const bits = given >= 0 ? given : isNetwork ? impliedBits(octets) : 32
  const bytes = Uint8Array.from({ length: 4 }, (_, i) => octets[i] ?? 0)
  return InetAddress.ofBytes(bytes, bits)
}

/** Groups on one side of `::`; the last one may be an IPv4 address, which makes two. */
const parseGroups = (text: string, mayEndIn4: boolean): number[] | null => {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const octets = mayEndIn4 && i === parts.length - 1 ? parseOctets(part) : null
    if (octets === null || octets.length !== 4 || part.split('.').some((octet) => /^0\d/.test(octet))) return null
    const [a = 0, b = 0, c = 0, d = 0] = octets
    groups.push(a * 256 + b, c * 256 + d)
  }
  return groups
}

const parse6 = (text: string): InetAddress | null => {
  const [address = '', prefix, ...rest] = text.split('/')
  const given = prefix !== undefined && /^0\d/.test(prefix) ? null : parseBits(prefix, 128)
  const halves = address.split('::')
  if (given === null || rest.length > 0 || halves.length > 2) return null
  const [left = '', right] = halves
  const head = parseGroups(left, right === undefined)
  const tail = right === undefined ? [] : parseGroups(right, true)
  if (head === null || tail === null) return null
  const missing = GROUPS - head.length - tail.length
  if (right === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail]
  const bytes = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
  return InetAddress.ofBytes(bytes, given < 0 ? 128 : given)
}

/** Reads an address (inet), or a network, whose missing octets are zeros (cidr). Null when it is none. */
export const parseInet = (text: string, isNetwork: boolean): InetAddress | null =>
  text.includes(':') ? parse6(text) : parse4(text, isNetwork)

const groupsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 2 }, (_, i) => (bytes[2 * i] as number) * 256 + (bytes[2 * i + 1] as number))

/** The first of the longest runs of zeros. */
const longestZeros = (groups: readonly number[]): { from: number; length: number } => {
  let best = { from: 0, length: 0 }
  for (let i = 0; i < groups.length; i++) {
    let length = 0
    while (groups[i + length] === 0) length++
    if (length > best.length) best = { from: i, length }
    i += length
  }
  return best
}

const inHex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

/** IPv4 addresses in IPv6: mapped (::ffff:a.b.c.d) or compatible (::a.b.c.d). */
const embeds4 = (groups: readonly number[], zeros: { from: number; length: number }): boolean =>
  zeros.from === 0 && (zeros.length === 6 || (zeros.length === 5 && groups[5] === 0xffff))

/** The address without its prefix. */
export const formatHost = (value: InetAddress): string => {
  const { bytes } = value
  if (value.family === 4) return bytes.join('.')
  const groups = groupsOf(bytes)
  const zeros = longestZeros(groups)
  if (zeros.length < 2) return inHex(groups)
  const end = zeros.from + zeros.length
  const tail = embeds4(groups, zeros)
    ? [...groups.slice(end, 6).map((group) => group.toString(16)), bytes.subarray(12).join('.')].join(':')
    : inHex(groups.slice(end))
  return `${inHex(groups.slice(0, zeros.from))}::${tail}`
}

/** With the prefix. */
export const formatNetwork = (value: InetAddress): string => `${formatHost(value)}/${value.bits}`

/** With the prefix unless the address stands for one host. */
export const formatInet = (value: InetAddress): string =>
  value.bits === value.size ? formatHost(value) : formatNetwork(value)

/** A network by as many octets or groups as its prefix covers, with the prefix. */
export const abbreviateNetwork = (value: InetAddress): string => {
  const { bytes, bits } = value
  if (value.family === 4) return `${bits === 0 ? '0' : bytes.subarray(0, Math.ceil(bits / 8)).join('.')}/${bits}`
  if (bits === 0) return '::/0'
  const groups = groupsOf(bytes).slice(0, Math.max(Math.ceil(bits / 16), 2))
  const zeros = longestZeros(groups)
  if (zeros.length === 0) return `${inHex(groups)}/${bits}`
  const end = zeros.from + zeros.length
  const octets = bits > 120 ? 4 : bits > 112 ? 3 : 2
  const tail =
    groups.length > 6 && embeds4(groups, zeros)
      ? [...groups.slice(end, 6).map((g) => g.toString(16)), bytes.subarray(12, 12 + octets).join('.')].join(':')
      : inHex(groups.slice(end))
  return `${inHex(groups.slice(0, zeros.from))}::${tail}/${bits}`
}
