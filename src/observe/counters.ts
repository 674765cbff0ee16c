/** Counts of what the server did since its start, and of what is going on now. */

const NAMES = [
  'connections',
  'statements',
  'errors',
  'commits',
  'rollbacks',
  'rowsReturned',
  'deadlocks',
  'segmentMerges',
] as const
export type CounterName = (typeof NAMES)[number]

export class Counters {
  readonly #values = new Map<CounterName, number>(NAMES.map((name) => [name, 0]))

  add(name: CounterName, amount = 1): void {
    this.#values.set(name, this.get(name) + amount)
  }

  get(name: CounterName): number {
    return this.#values.get(name) ?? 0
  }

  /** All counts, for the statistics views. */
  snapshot(): Readonly<Record<CounterName, number>> {
    return Object.fromEntries(this.#values) as Record<CounterName, number>
  }
}
