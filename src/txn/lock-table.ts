/** The locks that somebody holds or waits for, by what they are on. */
import { Lock } from './lock.ts'
import type { LockTag } from './lock-tag.ts'

/** Locks by what they are on. */
export class LockTable {
  readonly #relations = new Map<number, Lock>()
  readonly #rows = new Map<number, Map<number, Lock>>()
  readonly #transactions = new Map<number, Lock>()
  readonly #ranges = new Map<number, Lock>()
  readonly #named = new Map<string, Lock>()

  /** Whether key ranges, of one index or at all, are locked. */
  hasRanges(index?: number): boolean {
    return index === undefined ? this.#ranges.size > 0 : this.#ranges.has(index)
  }

  lookup(tag: LockTag): Lock | undefined {
    switch (tag.kind) {
      case 'relation':
        return this.#relations.get(tag.relation)
      case 'row':
        return this.#rows.get(tag.relation)?.get(tag.rowid)
      case 'transaction':
        return this.#transactions.get(tag.xid)
      case 'range':
        return this.#ranges.get(tag.object)
      case 'name':
      case 'virtual':
      case 'object':
      case 'advisory':
        return this.#named.get(nameOf(tag))
    }
  }

  find(tag: LockTag): Lock {
    const known = this.lookup(tag)
    if (known !== undefined) return known
    const lock = new Lock(tag)
    switch (tag.kind) {
      case 'relation':
        this.#relations.set(tag.relation, lock)
        break
      case 'row': {
        const rows = this.#rows.get(tag.relation)
        if (rows === undefined) this.#rows.set(tag.relation, new Map([[tag.rowid, lock]]))
        else rows.set(tag.rowid, lock)
        break
      }
      case 'transaction':
        this.#transactions.set(tag.xid, lock)
        break
      case 'range':
        this.#ranges.set(tag.object, lock)
        break
      case 'name':
      case 'virtual':
      case 'object':
      case 'advisory':
        this.#named.set(nameOf(tag), lock)
        break
    }
    return lock
  }

  dropIfUnused(lock: Lock): void {
    if (lock.grants.length > 0 || lock.queue.length > 0) return
    const { tag } = lock
    switch (tag.kind) {
      case 'relation':
        this.#relations.delete(tag.relation)
        break
      case 'row': {
        const rows = this.#rows.get(tag.relation)
        rows?.delete(tag.rowid)
        if (rows?.size === 0) this.#rows.delete(tag.relation)
        break
      }
      case 'transaction':
        this.#transactions.delete(tag.xid)
        break
      case 'range':
        this.#ranges.delete(tag.object)
        break
      case 'name':
      case 'virtual':
      case 'object':
      case 'advisory':
        this.#named.delete(nameOf(tag))
        break
    }
  }

  *all(): Generator<Lock> {
    yield* this.#relations.values()
    for (const rows of this.#rows.values()) for (const lock of rows.values()) if (lock.queue.length > 0) yield lock
    yield* this.#transactions.values()
    yield* this.#ranges.values()
    yield* this.#named.values()
  }
}

const nameOf = (tag: LockTag & { kind: 'advisory' | 'name' | 'object' | 'virtual' }): string => {
  switch (tag.kind) {
    case 'name':
      return `${tag.schema}.${tag.name}`
    case 'virtual':
      return `virtual ${tag.order}`
    case 'object':
      return `object ${tag.catalog} ${tag.object}`
    case 'advisory':
      return `${tag.database}:${tag.space}:${tag.key}`
  }
}
