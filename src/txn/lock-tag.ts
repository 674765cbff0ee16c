/** What a lock is on. */
import type { KeyInterval } from '../storage/index/key-interval.ts'

/** A range that a lock covers (`OrderedIndex.interval`); two locks of one `range` tag conflict only where they overlap. */
export type LockRange = KeyInterval

export type LockTag =
  | { readonly kind: 'relation'; readonly relation: number }
  | { readonly kind: 'row'; readonly relation: number; readonly rowid: number }
  | { readonly kind: 'transaction'; readonly xid: number }
  /** A transaction whether it has an id or not, by its owner's number. */
  | { readonly kind: 'virtual'; readonly processId: number; readonly order: number }
  /** Key ranges of an index, or of a table where no index bounds a read. */
  | { readonly kind: 'range'; readonly object: number }
  /** A relation's name that a transaction is about to give. */
  | { readonly kind: 'name'; readonly schema: number; readonly name: string }
  /** Anything else that the catalog has, by the relation that lists it (pg_namespace). */
  | { readonly kind: 'object'; readonly catalog: number; readonly object: number }
  /** `space` 1: one 64-bit key; 2: two 32-bit keys (high and low halves), as pg_locks.objsubid has it. */
  | { readonly kind: 'advisory'; readonly database: number; readonly key: bigint; readonly space: 1 | 2 }

/** Words for a deadlock's DETAIL. */
export const describeTag = (tag: LockTag): string => {
  switch (tag.kind) {
    case 'relation':
      return `relation ${tag.relation}`
    case 'row':
      return `tuple (${Math.floor(tag.rowid / 65536)},${(tag.rowid % 65536) + 1}) of relation ${tag.relation}`
    case 'transaction':
      return `transaction ${tag.xid}`
    case 'virtual':
      return `virtual transaction ${tag.processId}/${tag.order}`
    case 'range':
      return `key range of relation ${tag.object}`
    case 'name':
      return `name "${tag.name}" in schema ${tag.schema}`
    case 'object':
      return `object ${tag.object} of class ${tag.catalog}`
    case 'advisory':
      return `advisory lock [${tag.database},${tag.key >> 32n},${tag.key & 0xffffffffn},${tag.space}]`
  }
}
