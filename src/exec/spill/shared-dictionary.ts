/** One column's dictionary for all blocks of a file, so that rows from many segments come back with the same codes. */
import type { Datum } from '../../types/sql-type.ts'
import { DictionaryVector } from '../../vector/vector.ts'

/** Texts beyond these limits are written as they are. */
const MAX_ENTRIES = 4096
const MAX_CHARACTERS = 64 * 1024

const UNKNOWN = -2

export class SharedDictionary {
  readonly entries: Datum[] = []
  readonly #codes = new Map<string, number>()
  #characters = 0
  /** Codes here by codes of the vector's dictionary seen last. */
  #source: readonly Datum[] | null = null
  #known = new Int32Array(0)

  /** The vector in codes of this dictionary at the live positions; null when it has no room for them. */
  recode(vector: DictionaryVector, selection: Int32Array | null, count: number): DictionaryVector | null {
    if (vector.dictionary === this.entries) return vector
    if (this.#source !== vector.dictionary || this.#known.length < vector.dictionary.length) {
      this.#source = vector.dictionary
      this.#known = new Int32Array(vector.dictionary.length).fill(UNKNOWN)
    }
    const out = new Int32Array(vector.length)
    for (let k = 0; k < count; k++) {
      const position = selection === null ? k : (selection[k] as number)
      const code = vector.codes[position] as number
      if (code < 0) {
        out[position] = -1
        continue
      }
      let known = this.#known[code] as number
      if (known === UNKNOWN) {
        known = this.#add(vector.dictionary[code])
        if (known < 0) return null
        this.#known[code] = known
      }
      out[position] = known
    }
    return new DictionaryVector(out, this.entries)
  }

  #add(text: Datum): number {
    if (typeof text !== 'string') return -1
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    if (this.entries.length >= MAX_ENTRIES || this.#characters + text.length > MAX_CHARACTERS) return -1
    const code = this.entries.length
    this.entries.push(text)
    this.#codes.set(text, code)
    this.#characters += text.length
    return code
  }
}
