/** Dense codes for pairs of codes: keys of several columns are made of them. */
import { NumberTable } from './number-table.ts'

/** A pair of codes as one exact double. */
const PAIR = 2 ** 26
/** Codes below this are paired by a table of all such pairs. */
const SMALL = 256

/** Dense codes for pairs of codes, in order of first appearance. */
export class PairTable {
  readonly #numbers = new NumberTable()
  /** Codes of pairs of small codes, -1 while unknown; only once there is such a pair. */
  #small: Int32Array | null = null

  get count(): number {
    return this.#numbers.count
  }

  /** Replaces the codes in `left` by those of the pairs; pairs with a -1 become -1. */
  add(left: Int32Array, right: Int32Array): void {
    this.#small ??= new Int32Array(SMALL * SMALL).fill(-1)
    const small = this.#small
    for (let k = 0; k < left.length; k++) {
      const a = left[k] as number
      const b = right[k] as number
      if (a < 0 || b < 0) left[k] = -1
      else if (a < SMALL && b < SMALL) {
        const at = a * SMALL + b
        const known = small[at] as number
        left[k] = known >= 0 ? known : (small[at] = this.#numbers.add(a * PAIR + b))
      } else left[k] = this.#numbers.add(a * PAIR + b)
    }
  }

  find(left: Int32Array, right: Int32Array): void {
    for (let k = 0; k < left.length; k++) {
      const a = left[k] as number
      const b = right[k] as number
      left[k] = a < 0 || b < 0 ? -1 : this.#numbers.find(a * PAIR + b)
    }
  }
}
