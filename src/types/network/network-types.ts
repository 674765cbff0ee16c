/** inet and cidr. */
import { invalidBinaryRepresentation, invalidTextRepresentation } from '../../errors/raise/data.ts'
import { bitsRightOfMask } from '../../errors/raise/values.ts'
import { fixedView } from '../bytes.ts'
import { defineType } from '../define-type.ts'
import { OID } from '../oids.ts'
import { compareInet, InetAddress } from './address.ts'
import { formatInet, formatNetwork, parseInet } from './text.ts'

const hasHostPart = (value: InetAddress): boolean => (value.address & value.hostMask) !== 0n

const parse = (text: string, type: 'inet' | 'cidr'): InetAddress => {
  const value = parseInet(text, type === 'cidr')
  if (value === null) throw invalidTextRepresentation(type, text)
  if (type === 'cidr' && hasHostPart(value)) throw bitsRightOfMask('invalid cidr value', text)
  return value
}

/** Family, prefix, whether a network, number of bytes, the bytes. */
const send = (value: InetAddress, isNetwork: boolean): Uint8Array => {
  const { bytes } = value
  return Uint8Array.from([value.familyCode, value.bits, isNetwork ? 1 : 0, bytes.length, ...bytes])
}

const receive = (bytes: Uint8Array, type: 'inet' | 'cidr'): InetAddress => {
  const view = fixedView(bytes, 4)
  const [family, bits, length] = [view.getUint8(0), view.getUint8(1), view.getUint8(3)]
  const expected = family === 2 ? 4 : family === 3 ? 16 : 0
  if (expected === 0) throw invalidBinaryRepresentation(`invalid address family in external "${type}" value`)
  if (bits > expected * 8) throw invalidBinaryRepresentation(`invalid bits in external "${type}" value`)
  if (length !== expected) throw invalidBinaryRepresentation(`invalid length in external "${type}" value`)
  fixedView(bytes, 4 + length)
  const value = InetAddress.ofBytes(bytes.subarray(4, 4 + length), bits)
  if (type === 'cidr' && hasHostPart(value)) throw bitsRightOfMask('invalid external "cidr" value')
  return value
}

const common = {
  category: 'I',
  length: -1,
  align: 'i',
  storage: 'm',
  physical: 'any',
  compare: compareInet,
  hashKey: formatNetwork,
} as const

const cidrType = defineType({
  ...common,
  oid: OID.cidr,
  name: 'cidr',
  arrayOid: 651,
  parse: (text) => parse(text, 'cidr'),
  format: formatNetwork,
  receive: (bytes) => receive(bytes, 'cidr'),
  send: (value: InetAddress) => send(value, true),
})

const inetType = defineType({
  ...common,
  oid: OID.inet,
  name: 'inet',
  preferred: true,
  arrayOid: 1041,
  parse: (text) => parse(text, 'inet'),
  format: formatInet,
  receive: (bytes) => receive(bytes, 'inet'),
  send: (value: InetAddress) => send(value, false),
})

export const networkTypes = [cidrType, inetType]
