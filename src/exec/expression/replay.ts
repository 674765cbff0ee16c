/**
 * Expressions in which functions wait: a row is computed until a function answers a promise, which suspends it, and is
 * computed again once that is settled. What volatile functions answered before is not asked for again.
 */
import type { Datum } from '../../types/sql-type.ts'

/** Thrown out of an expression that must wait. */
class Suspension {
  readonly promise: Promise<Datum>
  constructor(promise: Promise<Datum>) {
    this.promise = promise
  }
}

export class Replay {
  #answers: Datum[] = []
  #at = 0

  /** The function with its answers kept for the row in progress. */
  record(evaluate: (...args: Datum[]) => Datum): (...args: Datum[]) => Datum {
    return (...args) => {
      if (this.#at === this.#answers.length) {
        const answer: unknown = evaluate(...args)
        if (answer instanceof Promise) throw new Suspension(answer)
        this.#answers.push(answer)
      }
      return this.#answers[this.#at++]
    }
  }

  /** Computes one row; `wait` is awaited in the place of each promise. */
  async run<T>(compute: () => T, wait: (promise: Promise<Datum>) => Promise<Datum>): Promise<T> {
    this.#answers = []
    for (;;) {
      this.#at = 0
      try {
        return compute()
      } catch (suspended) {
        if (!(suspended instanceof Suspension)) throw suspended
        this.#answers.push(await wait(suspended.promise))
      }
    }
  }
}
