/** Strings to and from Arrow's form: UTF-8 bytes end to end, and where each begins. */
import { isAscii } from 'node:buffer'
import type { Datum } from '../../types/sql-type.ts'

/** Nulls become empty. */
export const joinText = (texts: readonly Datum[]): { offsets: Int32Array; values: Uint8Array } => {
  const offsets = new Int32Array(texts.length + 1)
  for (let i = 0; i < texts.length; i++) {
    offsets[i + 1] = (offsets[i] as number) + (texts[i] === null ? 0 : Buffer.byteLength(texts[i] as string, 'utf8'))
  }
  const values = Buffer.alloc(offsets[texts.length] as number)
  for (let i = 0; i < texts.length; i++)
    if (texts[i] !== null) values.write(texts[i] as string, offsets[i] as number, 'utf8')
  return { offsets, values }
}

/** Values converted together: what a part of a string is kept for, the whole string stays in memory for. */
const GROUP = 32

/** `offsets` are those of bytes in `values`; they need not begin at 0. */
export const splitText = (offsets: Int32Array, values: Uint8Array, nulls: Uint8Array | null): Datum[] => {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const texts: Datum[] = []
  for (let first = 0; first + 1 < offsets.length; first += GROUP) {
    const end = Math.min(first + GROUP, offsets.length - 1)
    const start = offsets[first] as number
    const group = bytes.subarray(start, offsets[end])
    // In ASCII, offsets of bytes are offsets of characters.
    const all = isAscii(group) ? group.toString('latin1') : null
    for (let i = first; i < end; i++) {
      const [from, to] = [offsets[i] as number, offsets[i + 1] as number]
      if (nulls?.[i] === 1) texts.push(null)
      else texts.push(all === null ? bytes.toString('utf8', from, to) : all.slice(from - start, to - start))
    }
  }
  return texts
}
