/** inet and cidr: parts, containment, arithmetic. */
import { invalidParameterValue, numericValueOutOfRange } from '../../errors/raise/data.ts'
import { type ExactInteger, INT64_MAX, INT64_MIN, normalizeInteger } from '../../types/int64.ts'
import { compareInet, type InetAddress } from '../../types/network/address.ts'
import { abbreviateNetwork, formatHost, formatInet, formatNetwork, parseInet } from '../../types/network/text.ts'
import { scalar, sessionScalar } from '../define.ts'
import type { ScalarFunction } from '../records.ts'

const requireSameFamily = (a: InetAddress, b: InetAddress, doWhat: string): void => {
  if (a.family !== b.family) throw invalidParameterValue(`cannot ${doWhat} inet values of different sizes`)
}

const bitwise =
  (name: 'AND' | 'OR', combine: (a: bigint, b: bigint) => bigint) =>
  (a: InetAddress, b: InetAddress): InetAddress => {
    requireSameFamily(a, b, name)
    return a.with({ bits: Math.max(a.bits, b.bits), address: combine(a.address, b.address) })
  }

const allOnes = (value: InetAddress): bigint => (1n << BigInt(value.size)) - 1n

const not = (value: InetAddress): InetAddress => value.with({ address: value.address ^ allOnes(value) })

const add = (value: InetAddress, count: ExactInteger): InetAddress => {
  const address = value.address + BigInt(count)
  if (address < 0n || address > allOnes(value)) throw numericValueOutOfRange('result is out of range')
  return value.with({ address })
}

const distance = (a: InetAddress, b: InetAddress): ExactInteger => {
  requireSameFamily(a, b, 'subtract')
  const difference = a.address - b.address
  if (difference > INT64_MAX || difference < INT64_MIN) throw numericValueOutOfRange('result is out of range')
  return normalizeInteger(difference)
}

const ofSize = (value: InetAddress, address: bigint): InetAddress => value.with({ bits: value.size, address })
const netmask = (value: InetAddress): InetAddress => ofSize(value, allOnes(value) ^ value.hostMask)
const hostmask = (value: InetAddress): InetAddress => ofSize(value, value.hostMask)
const broadcast = (value: InetAddress): InetAddress => value.with({ address: value.address | value.hostMask })

/** -1 stands for the whole address. Throws 22023. */
const checkMaskLength = (value: InetAddress, bits: number): number => {
  if (bits < -1 || bits > value.size) throw invalidParameterValue(`invalid mask length: ${bits}`)
  return bits === -1 ? value.size : bits
}

const merge = (a: InetAddress, b: InetAddress): InetAddress => {
  if (a.family !== b.family) throw invalidParameterValue('cannot merge addresses from different families')
  return a.network(Math.min(a.bits, b.bits, a.commonBits(b)))
}

const isStrictlyWithin = (a: InetAddress, b: InetAddress): boolean => a.isWithin(b) && a.bits > b.bits

/** One end of a connection; IPv4 over a socket for both families is IPv4. */
const connectionAddress = (text: string | null): InetAddress | null =>
  text === null ? null : parseInet(text.replace(/^::ffff:(?=\d+\.)/, ''), false)

export const networkFunctions: readonly ScalarFunction[] = [
  scalar(598, 'abbrev(inet) text', 'short text of an address', formatInet),
  scalar(599, 'abbrev(cidr) text', 'short text of a network', abbreviateNetwork),
  scalar(699, 'host(inet) text', 'text of the address alone', formatHost),
  scalar(730, 'text(inet) text', 'text of address and prefix', formatNetwork),
  scalar(711, 'family(inet) int4', 'address family: 4 or 6', (value) => value.family),
  scalar(697, 'masklen(inet) int4', 'length of the prefix', (value) => value.bits),
  scalar(683, 'network(inet) cidr', 'network of an address', (value) => value.network()),
  scalar(1715, 'cidr(inet) cidr', 'convert inet to cidr', (value) => value.network()),
  scalar(696, 'netmask(inet) inet', 'mask of the network', netmask),
  scalar(1362, 'hostmask(inet) inet', 'mask of the host', hostmask),
  scalar(698, 'broadcast(inet) inet', 'broadcast address of the network', broadcast),
  scalar(605, 'set_masklen(inet, int4) inet', 'address with another prefix', (value, bits) =>
    value.with({ bits: checkMaskLength(value, bits) }),
  ),
  scalar(635, 'set_masklen(cidr, int4) cidr', 'network with another prefix', (value, bits) =>
    value.network(checkMaskLength(value, bits)),
  ),
  scalar(4063, 'inet_merge(inet, inet) cidr', 'smallest network that contains both', merge),
  scalar(4071, 'inet_same_family(inet, inet) bool', 'whether both are of one family', (a, b) => a.family === b.family),
  scalar(2627, 'inetnot(inet) inet', 'bitwise not', not),
  scalar(
    2628,
    'inetand(inet, inet) inet',
    'bitwise and',
    bitwise('AND', (a, b) => a & b),
  ),
  scalar(
    2629,
    'inetor(inet, inet) inet',
    'bitwise or',
    bitwise('OR', (a, b) => a | b),
  ),
  scalar(2630, 'inetpl(inet, int8) inet', 'address so many further on', add),
  scalar(2631, 'int8pl_inet(int8, inet) inet', 'address so many further on', (count, value) => add(value, count)),
  scalar(2632, 'inetmi_int8(inet, int8) inet', 'address so many before', (value, count) =>
    add(value, BigInt.asIntN(64, -BigInt(count))),
  ),
  scalar(2633, 'inetmi(inet, inet) int8', 'distance of addresses', distance),
  scalar(927, 'network_sub(inet, inet) bool', 'is subnet', isStrictlyWithin),
  scalar(928, 'network_subeq(inet, inet) bool', 'is subnet or equal', (a, b) => a.isWithin(b)),
  scalar(929, 'network_sup(inet, inet) bool', 'is supernet', (a, b) => isStrictlyWithin(b, a)),
  scalar(930, 'network_supeq(inet, inet) bool', 'is supernet or equal', (a, b) => b.isWithin(a)),
  scalar(3551, 'network_overlap(inet, inet) bool', 'overlaps', (a, b) => a.isWithin(b) || b.isWithin(a)),
  scalar(926, 'network_cmp(inet, inet) int4', 'order: less than, equal, greater than', (a, b) =>
    Math.sign(compareInet(a, b)),
  ),
  scalar(3562, 'network_larger(inet, inet) inet', 'the greater one', (a, b) => (compareInet(a, b) > 0 ? a : b)),
  scalar(3563, 'network_smaller(inet, inet) inet', 'the lesser one', (a, b) => (compareInet(a, b) < 0 ? a : b)),
  sessionScalar(
    2196,
    'inet_client_addr() inet',
    'address of the client',
    ({ session }) => connectionAddress(session.clientAddress),
    { strict: false },
  ),
  sessionScalar(
    2198,
    'inet_server_addr() inet',
    'address of the server',
    ({ session }) => connectionAddress(session.serverAddress),
    { strict: false },
  ),
]
