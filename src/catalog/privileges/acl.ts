/** Access control lists: which privileges kinds of objects have, the lists that stand for none, and how lists change. */
import { circularGrant, dependentPrivileges } from '../../errors/raise/privileges.ts'
import { type AclItem, privilegesOf, PUBLIC, sameAclItem } from '../../types/acl-item.ts'

interface AclKindFacts {
  /** All privileges that there are on such an object; the owner's. */
  readonly all: string
  /** What everybody may do as long as nothing else is said. */
  readonly everybody: string
}

/** Kinds of objects as acldefault() abbreviates them. */
const KINDS = {
  c: { all: 'arwx', everybody: '' },
  r: { all: 'arwdDxt', everybody: '' },
  s: { all: 'rwU', everybody: '' },
  d: { all: 'CTc', everybody: 'Tc' },
  f: { all: 'X', everybody: 'X' },
  l: { all: 'U', everybody: 'U' },
  L: { all: 'rw', everybody: '' },
  n: { all: 'UC', everybody: '' },
  p: { all: 'sA', everybody: '' },
  t: { all: 'C', everybody: '' },
  F: { all: 'U', everybody: '' },
  S: { all: 'U', everybody: '' },
  T: { all: 'U', everybody: 'U' },
} as const satisfies Record<string, AclKindFacts>

/** Columns, relations, sequences, databases, functions, languages, large objects, schemas, parameters, tablespaces, types … */
export type AclKind = keyof typeof KINDS

export const isAclKind = (letter: string): letter is AclKind => letter in KINDS

export type Acl = readonly AclItem[]

export const allPrivileges = (kind: AclKind): number => privilegesOf(KINDS[kind].all)

/** What an object's privileges are while its list is null. */
export const defaultAcl = (kind: AclKind, owner: number): Acl => {
  const { all, everybody } = KINDS[kind]
  const item = (grantee: number, letters: string): AclItem[] =>
    letters === '' ? [] : [{ grantee, grantor: owner, privileges: privilegesOf(letters), grantable: 0 }]
  return [...item(PUBLIC, everybody), ...(kind === 'c' ? [] : item(owner, all))]
}

export type AclChange = 'add' | 'remove' | 'replace'

/** Puts an item into a list, or takes its privileges out. What depends on grant options that go is revoked or refused. */
export const changeAcl = (acl: Acl, item: AclItem, change: AclChange, owner: number, cascade: boolean): Acl => {
  if (change !== 'remove' && item.grantable !== 0) checkCircular(acl, item, owner)
  const at = acl.findIndex(({ grantee, grantor }) => grantee === item.grantee && grantor === item.grantor)
  const old = acl[at] ?? { ...item, privileges: 0, grantable: 0 }
  const changed = applied(old, item, change)
  const next = [...acl]
  if (at < 0) next.push(changed)
  else next[at] = changed
  const kept = changed.privileges === 0 && changed.grantable === 0 ? next.filter((i) => i !== changed) : next
  const lost = old.grantable & ~changed.grantable
  return lost === 0 ? kept : revokeDependent(kept, item.grantee, lost, owner, cascade)
}

const applied = (old: AclItem, item: AclItem, change: AclChange): AclItem => {
  switch (change) {
    case 'add':
      return {
        ...old,
        privileges: old.privileges | item.privileges,
        grantable: old.grantable | item.grantable,
      }
    case 'remove':
      return {
        ...old,
        privileges: old.privileges & ~item.privileges,
        grantable: old.grantable & ~item.grantable,
      }
    case 'replace':
      return item
  }
}

/** Grant options may not come back to whom they come from. */
const checkCircular = (acl: Acl, item: AclItem, owner: number): void => {
  if (item.grantor === owner) return
  // What would be left if the grantee had no grant options?
  let left = acl
  for (;;) {
    const found = left.find(({ grantee, grantable }) => grantee === item.grantee && grantable !== 0)
    if (found === undefined) break
    left = changeAcl(left, { ...found, privileges: found.privileges }, 'remove', owner, true)
  }
  const own = grantOptionsOf(left, item.grantor, owner)
  if ((item.grantable & ~own) !== 0) throw circularGrant()
}

const grantOptionsOf = (acl: Acl, role: number, owner: number): number =>
  role === owner ? -1 : acl.reduce((sum, { grantee, grantable }) => (grantee === role ? sum | grantable : sum), 0)

/** Takes back what a role has granted on by options that it has no longer. */
const revokeDependent = (acl: Acl, role: number, lost: number, owner: number, cascade: boolean): Acl => {
  if (role === owner) return acl
  // It may have the option from elsewhere, too.
  const gone = lost & ~grantOptionsOf(acl, role, owner)
  if (gone === 0) return acl
  let left = acl
  for (;;) {
    const found = left.find(({ grantor, privileges }) => grantor === role && (privileges & gone) !== 0)
    if (found === undefined) return left
    if (!cascade) throw dependentPrivileges()
    const part = { ...found, privileges: found.privileges & gone, grantable: found.grantable & gone }
    left = changeAcl(left, part, 'remove', owner, true)
  }
}

/** The list of an object that another role owns from now on: its items by and for the old owner are the new one's. */
export const aclOfNewOwner = (acl: Acl, before: number, after: number): Acl => {
  const moved = (role: number): number => (role === before ? after : role)
  const items: AclItem[] = []
  for (const item of acl) {
    const next = { ...item, grantee: moved(item.grantee), grantor: moved(item.grantor) }
    const at = items.findIndex((i) => i.grantee === next.grantee && i.grantor === next.grantor)
    if (at < 0) items.push(next)
    else {
      const same = items[at] as AclItem
      items[at] = {
        ...same,
        privileges: same.privileges | next.privileges,
        grantable: same.grantable | next.grantable,
      }
    }
  }
  return items
}

/** The items of both lists as one list. */
export const mergedAcl = (acl: Acl, more: Acl, owner: number): Acl =>
  more.reduce((sum, item) => changeAcl(sum, item, 'add', owner, false), acl)

export const sameAcl = (a: Acl, b: Acl): boolean => {
  const within = (one: Acl, other: Acl): boolean => one.every((item) => other.some((o) => sameAclItem(o, item)))
  return a.length === b.length && within(a, b) && within(b, a)
}
