/** The locks of prepared transactions as their records have them. */
import type { StoredLock } from '../storage/prepared-record.ts'
import type { LockOwner } from './lock.ts'
import { type LockMode, modesIn } from './lock-modes.ts'
import type { LockTag } from './lock-tag.ts'

/** A lock that an owner holds. */
export interface HeldLock {
  readonly tag: LockTag
  readonly modes: number
}

/** Bits of the modes that an owner holds of each of its locks. */
const modesHeld = (owner: LockOwner): HeldLock[] =>
  [...owner.unpacked, ...owner.held].map(({ tag, grants }) => ({
    tag,
    modes: grants.reduce((modes, grant) => (grant.owner === owner ? modes | grant.modes : modes), 0),
  }))

/** Everything that an owner holds; `compact`: rows that it holds as bits. A transaction's lock on itself is left out. */
export const storedLocks = (owner: LockOwner, compact: Iterable<HeldLock>): StoredLock[] => {
  const rows = new Map<number, number[]>()
  const stored: StoredLock[] = []
  const store = ({ tag, modes }: HeldLock): void => {
    switch (tag.kind) {
      case 'relation':
        stored.push(['relation', tag.relation, modes])
        break
      case 'range':
        stored.push(['range', tag.object, modes])
        break
      case 'name':
        stored.push(['name', tag.schema, tag.name, modes])
        break
      case 'object':
        stored.push(['object', tag.catalog, tag.object, modes])
        break
      case 'advisory':
        stored.push(['advisory', tag.database, String(tag.key), tag.space, modes])
        break
      case 'row': {
        const known = rows.get(tag.relation)
        if (known === undefined) rows.set(tag.relation, [tag.rowid, modes])
        else known.push(tag.rowid, modes)
        break
      }
      case 'transaction':
      case 'virtual':
    }
  }
  for (const lock of modesHeld(owner)) store(lock)
  for (const lock of compact) store(lock)
  for (const [relation, list] of rows) stored.push(['rows', relation, list])
  return stored
}

/** The locks of a record, a mode at a time. */
export function* locksOf(stored: readonly StoredLock[]): Generator<{ tag: LockTag; mode: LockMode }> {
  for (const lock of stored) {
    if (lock[0] === 'rows') {
      const [, relation, list] = lock
      for (let i = 0; i < list.length; i += 2) {
        const tag: LockTag = { kind: 'row', relation, rowid: list[i] as number }
        for (const mode of modesIn(list[i + 1] as number)) yield { tag, mode }
      }
    } else for (const mode of modesIn(lock.at(-1) as number)) yield { tag: tagOf(lock), mode }
  }
}

const tagOf = (lock: Exclude<StoredLock, readonly ['rows', ...unknown[]]>): LockTag => {
  switch (lock[0]) {
    case 'relation':
      return { kind: 'relation', relation: lock[1] }
    case 'range':
      return { kind: 'range', object: lock[1] }
    case 'name':
      return { kind: 'name', schema: lock[1], name: lock[2] }
    case 'object':
      return { kind: 'object', catalog: lock[1], object: lock[2] }
    case 'advisory':
      return { kind: 'advisory', database: lock[1], key: BigInt(lock[2]), space: lock[3] }
  }
}
