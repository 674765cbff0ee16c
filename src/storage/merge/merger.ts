/** When slots are merged: in the background, one at a time, as their overlays grow; or all at once on request. */
import type { TableStore } from '../table/table-store.ts'
import { type MergeContext, mergeSlot } from './merge-slot.ts'

/** Changed rows over a base that make a merge worth its writing. */
const OVERRIDES = 16_384

export class Merger {
  readonly #context: MergeContext
  readonly #logger: (message: string) => void
  /** Slots to merge, by store. */
  readonly #queue = new Map<TableStore, Set<number>>()
  #running: Promise<void> | null = null
  #stopped = false

  constructor(context: MergeContext, logger: (message: string) => void) {
    this.#context = context
    this.#logger = logger
  }

  /** Listens to a store. */
  watch(store: TableStore): void {
    store.onOverlayGrowth = (grown, slotIndex) => {
      const slot = grown.slots[slotIndex]
      // Exact multiples only: a merge that an old snapshot kept from folding is tried again later, not at once.
      const due =
        slot !== undefined &&
        (slot.overrideCount > 0 ? slot.overrideCount % OVERRIDES === 0 : slot.full && slot.fresh.length > 0)
      if (due) this.#enqueue(grown, slotIndex)
    }
  }

  #enqueue(store: TableStore, slotIndex: number): void {
    if (this.#stopped) return
    const slots = this.#queue.get(store)
    if (slots === undefined) this.#queue.set(store, new Set([slotIndex]))
    else slots.add(slotIndex)
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // The statement that filled the slot is still running: let its transaction end first.
    await new Promise((resolve) => setTimeout(resolve, 50).unref())
    try {
      for (const [store, slots] of this.#queue) {
        this.#queue.delete(store)
        for (const slot of slots) if (!this.#stopped) await mergeSlot(this.#context, store, slot)
      }
    } catch (error) {
      this.#logger(`merging stopped: ${(error as Error).message}`)
    } finally {
      this.#running = null
    }
  }

  /** Merges whatever can be merged now in these stores; waits for a merge in the background first. Answers the number of slots merged. */
  async mergeAll(stores: Iterable<TableStore>): Promise<number> {
    await this.#running
    let merged = 0
    const work = (async () => {
      for (const store of stores) {
        for (let slot = 0; slot < store.slots.length; slot++) {
          if (!this.#stopped && (await mergeSlot(this.#context, store, slot))) merged++
        }
      }
    })()
    this.#running = work.finally(() => {
      this.#running = null
    })
    await this.#running
    return merged
  }

  /** Lets the running merge finish and starts no more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#queue.clear()
    await this.#running?.catch(() => {})
  }
}
