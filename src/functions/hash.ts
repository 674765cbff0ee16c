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

/** Signed 32-bit hash of bytes. */
export const hashBytes = (bytes: Uint8Array): number => {
  const state = initial(bytes.length)
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
  return finish(state)
}

/** Signed 32-bit hash of one word. */
export const hashWord = (value: number): number => {
  const state = initial(4)
  state.a = (state.a + value) | 0
  return finish(state)
}
