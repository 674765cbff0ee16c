/** Network-order reading and writing of binary values, and UTF-8 with PostgreSQL's checks. */
import { insufficientData, invalidByteSequence } from '../errors/raise/data.ts'

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A fresh buffer of `length` bytes filled through its view. */
export const fillBytes = (length: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(length)
  fill(viewOf(bytes))
  return bytes
}

/** The view of a value that must have `length` bytes. Throws 08P01. */
export const fixedView = (bytes: Uint8Array, length: number): DataView => {
  if (bytes.length < length) throw insufficientData()
  return viewOf(bytes)
}

export const encodeUtf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of UTF-8 bytes. Throws 22021 for bytes that are no UTF-8 and for NUL. */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw invalidByteSequence(bytes.subarray(nul, nul + 1))
  try {
    return strictDecoder.decode(bytes)
  } catch {
    throw invalidByteSequence(firstInvalidSequence(bytes))
  }
}

const sequenceLength = (lead: number): number =>
  lead < 0x80 ? 1 : (lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : (lead & 0xf8) === 0xf0 ? 4 : 1

const isValidSequence = (bytes: Uint8Array): boolean => {
  try {
    strictDecoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** The first character's bytes, as long as its lead byte promises, that are not valid UTF-8. */
const firstInvalidSequence = (bytes: Uint8Array): Uint8Array => {
  let at = 0
  while (at < bytes.length) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at] as number))
    if (!isValidSequence(sequence)) return sequence
    at += sequence.length
  }
  return bytes
}
