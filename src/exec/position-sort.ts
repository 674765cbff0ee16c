/** Merge sort of the positions of a batch in small steps, so that a long sort can be interrupted. */
import type { Wait } from '../vector/wait.ts'
import type { PositionComparator } from './row-order.ts'

/** Runs that insertion makes before merging starts. */
const RUN = 8
/** Positions placed between two polls: a few milliseconds for the slowest comparisons. */
const STEP = 2048

export class PositionSort {
  readonly #compare: PositionComparator
  #from: Int32Array
  #to: Int32Array
  /** Length of the sorted runs in `#from`; 0 during the first pass. */
  #width = 0
  /** Where the present pass goes on. */
  #start = 0
  /** The merge under way: the next of either run, and the next place. */
  #left = 0
  #right = 0
  #at = 0
  #merging = false

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
      if (this.#width === 0) this.#insertStep(count)
      else this.#mergeStep(count)
      if (this.#start < count) continue
      this.#start = 0
      if (this.#width === 0) {
        this.#width = RUN
        continue
      }
      const sorted = this.#to
      this.#to = this.#from
      this.#from = sorted
      this.#width *= 2
    }
    return null
  }

  #insertStep(count: number): void {
    const stop = Math.min(count, this.#start + STEP)
    for (; this.#start < stop; this.#start += RUN) this.#insert(this.#start, Math.min(this.#start + RUN, count))
  }

  /** Merges runs until a step's worth of positions is placed. */
  #mergeStep(count: number): void {
    let budget = STEP
    while (budget > 0 && this.#start < count) {
      const middle = Math.min(this.#start + this.#width, count)
      const end = Math.min(middle + this.#width, count)
      const before = this.#merging ? this.#at : this.#start
      if (this.#merge(this.#start, middle, end, budget)) this.#start = end
      budget -= (this.#merging ? this.#at : end) - before
    }
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

  /** Merges two neighbouring runs, at most `budget` positions of them; true when they are merged. */
  #merge(start: number, middle: number, end: number, budget: number): boolean {
    const from = this.#from
    const to = this.#to
    const compare = this.#compare
    if (!this.#merging) {
      if (middle >= end || compare(from[middle - 1] as number, from[middle] as number) <= 0) {
        to.set(from.subarray(start, end), start)
        return true
      }
      this.#merging = true
      this.#left = start
      this.#right = middle
      this.#at = start
    }
    let left = this.#left
    let right = this.#right
    const stop = Math.min(end, this.#at + budget)
    for (let at = this.#at; at < stop; at++) {
      const takeLeft = right >= end || (left < middle && compare(from[left] as number, from[right] as number) <= 0)
      to[at] = from[takeLeft ? left++ : right++] as number
    }
    this.#left = left
    this.#right = right
    this.#at = stop
    this.#merging = stop < end
    return !this.#merging
  }
}
