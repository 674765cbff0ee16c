/**
 * avg() of floats fails where the sum of squared deviations, which PostgreSQL keeps with it, overflows. Only large values
 * can bring that about, so deviations are summed from the first of them on.
 */
import { floatOverflow } from '../../errors/raise/data.ts'

/** The root of the largest double, with room for the number of values. */
const LARGE = 1e145

export const isLarge = (value: number): boolean => value >= LARGE || value <= -LARGE

export const isInfinite = (value: number): boolean => Math.abs(value) === Number.POSITIVE_INFINITY

export class LargeDeviations {
  #total = 0

  /** `before`: the sum without `value`, `count`: with it. Throws 22003. */
  add(value: number, before: number, count: number): void {
    if (count === 1) return
    const sum = before + value
    const distance = value * count - sum
    this.#total += (distance * distance) / (count * (count - 1))
    if (!isInfinite(sum) && !isInfinite(this.#total)) return
    if (!isInfinite(before) && !isInfinite(value)) throw floatOverflow()
    this.#total = Number.NaN
  }
}
