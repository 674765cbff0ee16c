/** Merge sort of the positions of a batch, a pass at a time, so that a long sort can be interrupted. */
import type { Wait } from '../vector/wait.ts'
import type { PositionComparator } from './row-order.ts'

/** Runs that insertion makes before merging starts. */
const RUN = 8

export class PositionSort {
  readonly #compare: PositionComparator
  #from: Int32Array
  #to: Int32Array
  /** Length of the sorted runs in `#from`; 0 before the first pass. */
  #width = 0

  constructor(count: number, compare: PositionComparator) {
    this.#compare = compare
    this.#from = new Int32Array(count)
    for (let i = 0; i < count; i++) this.#from[i] = i
    this.#to = new Int32Array(count)
  }

  /** Works until the order is complete (null) or `poll` asks for a wait, after which it is called again. */
  run(poll: () => Wait | null): Wait | null {
    const count = this.#from.length
    while (this.#width === 0 || this.#width < count) {
      const wait = poll()
      if (wait !== null) return wait
      if (this.#width === 0) {
        for (let start = 0; start < count; start += RUN) this.#insert(start, Math.min(start + RUN, count))
        this.#width = RUN
        continue
      }
      for (let start = 0; start < count; start += 2 * this.#width) {
        this.#merge(start, Math.min(start + this.#width, count), Math.min(start + 2 * this.#width, count))
      }
      const sorted = this.#to
      this.#to = this.#from
      this.#from = sorted
      this.#width *= 2
    }
    return null
  }

  /** The sorted positions, once `run` has answered null. */
  get order(): Int32Array {
    return this.#from
  }

  #insert(start: number, end: number): void {
    const positions = this.#from
    const compare = this.#compare
    for (let i = start + 1; i < end; i++) {
      const position = positions[i] as number
      let at = i
      for (; at > start && compare(positions[at - 1] as number, position) > 0; at--) {
        positions[at] = positions[at - 1] as number
      }
      positions[at] = position
    }
  }

  #merge(start: number, middle: number, end: number): void {
    const from = this.#from
    const to = this.#to
    const compare = this.#compare
    if (middle >= end || compare(from[middle - 1] as number, from[middle] as number) <= 0) {
      to.set(from.subarray(start, end), start)
      return
    }
    let left = start
    let right = middle
    for (let at = start; at < end; at++) {
      const takeLeft = right >= end || (left < middle && compare(from[left] as number, from[right] as number) <= 0)
      to[at] = from[takeLeft ? left++ : right++] as number
    }
  }
}
