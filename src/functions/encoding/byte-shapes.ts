/** How many bytes the characters of an encoding take, by their first ones. */

/** Bytes of the character that begins at a place; 0: no character begins so. */
export type ByteShape = (bytes: Uint8Array, at: number) => number

/** `isTrail` over the bytes behind the first one. */
const checked = (bytes: Uint8Array, at: number, length: number, isTrail: (byte: number) => boolean): number => {
  for (let i = at + 1; i < at + length; i++) if (!isTrail(bytes[i] ?? 0)) return 0
  return length
}

const isHigh = (byte: number): boolean => byte >= 0xa1 && byte <= 0xfe

export const SINGLE_BYTE: ByteShape = (bytes, at) => (bytes[at] === 0 ? 0 : 1)

export const EUC: ByteShape = (bytes, at) => {
  const first = bytes[at] as number
  return first < 0x80 ? SINGLE_BYTE(bytes, at) : isHigh(first) ? checked(bytes, at, 2, isHigh) : 0
}

export const EUC_JP: ByteShape = (bytes, at) => {
  const first = bytes[at] as number
  if (first === 0x8e) return checked(bytes, at, 2, isHigh)
  return first === 0x8f ? checked(bytes, at, 3, isHigh) : EUC(bytes, at)
}

export const SHIFT_JIS: ByteShape = (bytes, at) => {
  const first = bytes[at] as number
  if (first < 0x80 || (first >= 0xa1 && first <= 0xdf)) return SINGLE_BYTE(bytes, at)
  const isLead = (first >= 0x81 && first <= 0x9f) || (first >= 0xe0 && first <= 0xfc)
  return isLead ? checked(bytes, at, 2, (byte) => (byte >= 0x40 && byte <= 0x7e) || (byte >= 0x80 && byte <= 0xfc)) : 0
}

/** Pairs whose second byte may be any that is not zero: BIG5, GBK, UHC. */
export const BIG5: ByteShape = (bytes, at) =>
  (bytes[at] as number) < 0x80 ? SINGLE_BYTE(bytes, at) : checked(bytes, at, 2, (byte) => byte !== 0)

export const GB18030: ByteShape = (bytes, at) => {
  const first = bytes[at] as number
  if (first < 0x80) return SINGLE_BYTE(bytes, at)
  const second = bytes[at + 1] ?? 0
  if (second < 0x30 || second > 0x39) return checked(bytes, at, 2, (byte) => byte >= 0x40)
  return checked(bytes, at, 4, (byte) => byte >= 0x30)
}
