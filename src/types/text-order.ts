/** Order of strings: as the "C" collation has it, by UTF-8 bytes, which is by code points; and what other orders are. */

export interface Collation {
  readonly oid: number
  readonly name: string
  /** pg_collation.collprovider: database default, libc, ICU. */
  readonly provider: 'd' | 'c' | 'i'
  /** Null for the default. */
  readonly locale: string | null
  /** Whether only identical texts are equal. */
  readonly deterministic: boolean
}

/** An order other than that by code points. */
export interface TextOrder {
  readonly collation: Collation
  readonly compare: (a: string, b: string) => number
  /** Equal for equal texts. */
  readonly hashKey: (text: string) => string
  /** For upper() and its kin. */
  readonly locale: string
}

/**
 * Compares by code point. JavaScript compares UTF-16 units, which differs only where a surrogate meets a unit at or
 * above U+E000; units are shifted so that surrogates come last.
 */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i)
    let y = b.charCodeAt(i)
    if (x === y) continue
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000
    }
    return x - y
  }
  return a.length - b.length
}

/** Compares unsigned bytes. */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/** Number of characters (code points). */
export const characterLength = (text: string): number => {
  let count = text.length
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xdc00 && unit <= 0xdfff) {
      const before = text.charCodeAt(i - 1)
      if (before >= 0xd800 && before <= 0xdbff) count--
    }
  }
  return count
}

/** The first `count` characters. */
export const takeCharacters = (text: string, count: number): string => text.slice(0, unitOffset(text, count))

/** Where in UTF-16 units the character number `count` begins. */
export const unitOffset = (text: string, count: number): number => {
  let at = 0
  for (let left = count; left > 0 && at < text.length; left--) {
    const unit = text.charCodeAt(at)
    at += unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length ? 2 : 1
  }
  return at
}
