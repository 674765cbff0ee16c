/** Reproducible random numbers: one stream per table and row, so that rows do not depend on each other. */
export class Random {
  #state: number

  constructor(seed: number, row: number) {
    // Two rounds of an integer hash keep neighbouring rows' streams apart.
    this.#state = mix(mix(seed) ^ row)
  }

  /** Uniform integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1))
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    return mix(this.#state) / 4294967296
  }
}

const mix = (value: number): number => {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
