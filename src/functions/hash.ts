/** PostgreSQL's hash of bytes and of 32-bit words: Bob Jenkins' lookup3 (public domain) over little-endian words. */

const START = (0x9e3779b9 + 3923095) >>> 0

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

/** Three words of state, as 32-bit integers. */
interface State {
  a: number
  b: number
  c: number
}

const mix = (s: State): void => {
  s.a = ((s.a - s.c) | 0) ^ rotate(s.c, 4)
  s.c = (s.c + s.b) | 0
  s.b = ((s.b - s.a) | 0) ^ rotate(s.a, 6)
  s.a = (s.a + s.c) | 0
  s.c = ((s.c - s.b) | 0) ^ rotate(s.b, 8)
  s.b = (s.b + s.a) | 0
  s.a = ((s.a - s.c) | 0) ^ rotate(s.c, 16)
  s.c = (s.c + s.b) | 0
  s.b = ((s.b - s.a) | 0) ^ rotate(s.a, 19)
  s.a = (s.a + s.c) | 0
  s.c = ((s.c - s.b) | 0) ^ rotate(s.b, 4)
  s.b = (s.b + s.a) | 0
}

const finish = (s: State): number => {
  s.c = ((s.c ^ s.b) - rotate(s.b, 14)) | 0
  s.a = ((s.a ^ s.c) - rotate(s.c, 11)) | 0
  s.b = ((s.b ^ s.a) - rotate(s.a, 25)) | 0
  s.c = ((s.c ^ s.b) - rotate(s.b, 16)) | 0
  s.a = ((s.a ^ s.c) - rotate(s.c, 4)) | 0
  s.b = ((s.b ^ s.a) - rotate(s.a, 14)) | 0
  s.c = ((s.c ^ s.b) - rotate(s.b, 24)) | 0
  return s.c
}

const initial = (length: number): State => {
  const start = (START + length) | 0
  return { a: start, b: start, c: start }
}

/** A word of up to four bytes from `at`, missing ones 0. */
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)

/** Works a seed into the state (PostgreSQL's extended hash functions); 0 leaves it alone. */
const seeded = (state: State, seed: bigint): State => {
  if (seed === 0n) return state
  state.a = (state.a + Number((seed >> 32n) & 0xffffffffn)) | 0
  state.b = (state.b + Number(seed & 0xffffffffn)) | 0
  mix(state)
  return state
}

const asUnsigned64 = ({ b, c }: State): bigint => (BigInt(b >>> 0) << 32n) | BigInt(c >>> 0)

/** Signed 32-bit hash of bytes. */
export const hashBytes = (bytes: Uint8Array): number => absorb(initial(bytes.length), bytes).c

/** Unsigned 64-bit hash of bytes with a seed. */
export const hashBytesExtended = (bytes: Uint8Array, seed: bigint): bigint =>
  asUnsigned64(absorb(seeded(initial(bytes.length), seed), bytes))

/** Unsigned 64-bit hash of one word with a seed. */
export const hashWordExtended = (value: number, seed: bigint): bigint => {
  const state = seeded(initial(4), seed)
  state.a = (state.a + value) | 0
  finish(state)
  return asUnsigned64(state)
}

const absorb = (state: State, bytes: Uint8Array): State => {
  let at = 0
  for (; bytes.length - at >= 12; at += 12) {
    state.a = (state.a + word(bytes, at)) | 0
    state.b = (state.b + word(bytes, at + 4)) | 0
    state.c = (state.c + word(bytes, at + 8)) | 0
    mix(state)
  }
  state.a = (state.a + word(bytes, at)) | 0
  state.b = (state.b + word(bytes, at + 4)) | 0
  state.c = (state.c + (word(bytes, at + 8) << 8)) | 0
  finish(state)
  return state
}

/** Signed 32-bit hash of one word. */
export const hashWord = (value: number): number => {
  const state = initial(4)
  state.a = (state.a + value) | 0
  return finish(state)
}
