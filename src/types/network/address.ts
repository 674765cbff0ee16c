/** Internet addresses with the length of their network's prefix: the datum of inet and cidr. */

/** The address family as the binary form numbers it: AF_INET, and one more for IPv6. */
const FAMILY_CODE = { 4: 2, 6: 3 } as const

export class InetAddress {
  readonly family: 4 | 6
  /** Length of the prefix. */
  readonly bits: number
  /** All bits of the address as one number. */
  readonly address: bigint

  constructor(family: 4 | 6, bits: number, address: bigint) {
    this.family = family
    this.bits = bits
    this.address = address
  }

  static ofBytes(bytes: Uint8Array, bits: number): InetAddress {
    let address = 0n
    for (const byte of bytes) address = (address << 8n) | BigInt(byte)
    return new InetAddress(bytes.length === 4 ? 4 : 6, bits, address)
  }

  /** Bits of an address of the family. */
  get size(): 32 | 128 {
    return this.family === 4 ? 32 : 128
  }

  get familyCode(): number {
    return FAMILY_CODE[this.family]
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.size / 8)
    let rest = this.address
    for (let i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 0xffn)
      rest >>= 8n
    }
    return bytes
  }

  /** The host's part, as ones. */
  get hostMask(): bigint {
    return (1n << BigInt(this.size - this.bits)) - 1n
  }

  /** With an other address or prefix. */
  with({ bits = this.bits, address = this.address }): InetAddress {
    return new InetAddress(this.family, bits, address)
  }

  /** With zeros in place of the host's part. */
  network(bits = this.bits): InetAddress {
    const whole = this.with({ bits })
    return whole.with({ address: whole.address & ~whole.hostMask })
  }

  /** How many bits two addresses of one family begin with in common. */
  commonBits(other: InetAddress): number {
    const difference = this.address ^ other.address
    return difference === 0n ? this.size : this.size - difference.toString(2).length
  }

  /** Whether the other's network contains this one, or is the same. */
  isWithin(other: InetAddress): boolean {
    return this.family === other.family && this.bits >= other.bits && this.commonBits(other) >= other.bits
  }
}

/** Families apart, then by the bits that both prefixes have, by the length of the prefix, by the whole address. */
export const compareInet = (a: InetAddress, b: InetAddress): number => {
  if (a.family !== b.family) return a.family - b.family
  const common = a.commonBits(b)
  if (common >= Math.min(a.bits, b.bits)) {
    if (a.bits !== b.bits) return a.bits - b.bits
    if (common === a.size) return 0
  }
  return a.address < b.address ? -1 : 1
}
