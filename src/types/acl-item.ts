/** aclitem: what one role was granted on an object by another, and which of that it may grant on. */
import { invalidAclItem } from '../errors/raise/privileges.ts'
import { defineType } from './define-type.ts'
import { OID } from './oids.ts'
import type { FormatContext } from './sql-type.ts'

/** Privileges in the order of their bits: letter in texts, name in SQL. */
const PRIVILEGES = [
  ['a', 'INSERT'],
  ['r', 'SELECT'],
  ['w', 'UPDATE'],
  ['d', 'DELETE'],
  ['D', 'TRUNCATE'],
  ['x', 'REFERENCES'],
  ['t', 'TRIGGER'],
  ['X', 'EXECUTE'],
  ['U', 'USAGE'],
  ['C', 'CREATE'],
  ['T', 'TEMPORARY'],
  ['c', 'CONNECT'],
  ['s', 'SET'],
  ['A', 'ALTER SYSTEM'],
] as const

type PrivilegeName = (typeof PRIVILEGES)[number][1]

/** Sets of privileges are sums of these. */
export const PRIVILEGE = Object.fromEntries(PRIVILEGES.map(([, name], i) => [name, 1 << i])) as Readonly<
  Record<PrivilegeName, number>
>

/** The order in which texts list privileges. */
const LETTERS = 'arwdDxtXUCTcsA'
const BY_LETTER: ReadonlyMap<string, number> = new Map(PRIVILEGES.map(([letter], i) => [letter, 1 << i]))

/** The privileges of letters as texts have them: `arw`. */
export const privilegesOf = (letters: string): number =>
  Array.from(letters).reduce((sum, letter) => sum | (BY_LETTER.get(letter) ?? 0), 0)

/** Each privilege of a set with its name, in the order of the bits. */
export const namedPrivileges = (privileges: number): { readonly bit: number; readonly name: PrivilegeName }[] =>
  PRIVILEGES.flatMap(([, name], i) => ((privileges & (1 << i)) === 0 ? [] : [{ bit: 1 << i, name }]))

/** Grantee of what everybody may do. */
export const PUBLIC = 0

export interface AclItem {
  /** Role; PUBLIC: everybody. */
  readonly grantee: number
  readonly grantor: number
  readonly privileges: number
  /** Those among the privileges that may be granted on. */
  readonly grantable: number
}

export const sameAclItem = (a: AclItem, b: AclItem): boolean =>
  a.grantee === b.grantee && a.grantor === b.grantor && a.privileges === b.privileges && a.grantable === b.grantable

const plainName = /^[A-Za-z0-9_]+$/

const roleText = (oid: number, { names }: FormatContext): string => {
  if (oid === PUBLIC) return ''
  const written = names.format('regrole', oid)
  if (written === null) return String(oid)
  const name = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written
  return plainName.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

const formatItem = ({ grantee, grantor, privileges, grantable }: AclItem, context: FormatContext): string => {
  const letters = Array.from(LETTERS, (letter) => {
    const bit = BY_LETTER.get(letter) as number
    return (privileges & bit) === 0 ? '' : (grantable & bit) === 0 ? letter : `${letter}*`
  })
  return `${roleText(grantee, context)}=${letters.join('')}/${roleText(grantor, context)}`
}

/** A name, in quotes or of letters, digits and underscores, at the start of a text; answers it and what follows. */
const leadingName = (text: string): { readonly name: string; readonly rest: string } => {
  const [whole = '', quoted, plain] = /^\s*(?:"((?:[^"]|"")*)"|([\w\u0080-\uffff]*))\s*/u.exec(text) ?? []
  return { name: quoted?.replaceAll('""', '"') ?? plain ?? '', rest: text.slice(whole.length) }
}

/** Oid of the superuser that a new server has. */
const BOOTSTRAP_SUPERUSER = 10

const parseItem = (text: string, _typmod: number, { names }: FormatContext): AclItem => {
  const roleOf = (name: string): number => names.resolve('regrole', `"${name.replaceAll('"', '""')}"`)
  let { name, rest } = leadingName(text)
  if (!rest.startsWith('=')) {
    if (name !== 'group' && name !== 'user') {
      throw invalidAclItem(`unrecognized key word: "${name}"`, {
        hint: 'ACL key word must be "group" or "user".',
      })
    }
    ;({ name, rest } = leadingName(rest))
    if (name === '') {
      throw invalidAclItem('missing name', {
        hint: 'A name must follow the "group" or "user" key word.',
      })
    }
  }
  if (!rest.startsWith('=')) throw invalidAclItem('missing "=" sign')
  let [privileges, grantable, last, at] = [0, 0, 0, 1]
  for (; at < rest.length && /[A-Za-z*]/.test(rest[at] as string); at++) {
    if (rest[at] === '*') grantable |= last
    else {
      last = BY_LETTER.get(rest[at] as string) ?? 0
      if (last === 0) throw invalidAclItem(`invalid mode character: must be one of "${LETTERS}"`)
      privileges |= last
    }
  }
  const grantee = name === '' ? PUBLIC : roleOf(name)
  rest = rest.slice(at)
  let grantor = BOOTSTRAP_SUPERUSER
  if (rest.startsWith('/')) {
    const by = leadingName(rest.slice(1))
    if (by.name === '') throw invalidAclItem('a name must follow the "/" sign')
    grantor = roleOf(by.name)
    ;({ rest } = by)
  }
  if (rest.trim() !== '') throw invalidAclItem('extra garbage at the end of the ACL specification')
  return { grantee, grantor, privileges, grantable }
}

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder()

/** PostgreSQL has no binary form of it: the numbers as text stand for it inside the server. */
export const aclItemType = defineType({
  oid: OID.aclitem,
  name: 'aclitem',
  category: 'U',
  length: 12,
  byValue: false,
  align: 'i',
  arrayOid: 1034,
  physical: 'any',
  parse: parseItem,
  format: formatItem,
  receive: (bytes): AclItem => {
    const [grantee = 0, grantor = 0, privileges = 0, grantable = 0] = DECODER.decode(bytes).split(',').map(Number)
    return { grantee, grantor, privileges, grantable }
  },
  send: ({ grantee, grantor, privileges, grantable }: AclItem) =>
    ENCODER.encode([grantee, grantor, privileges, grantable].join()),
  compare: null,
  hashKey: ({ grantee, grantor, privileges, grantable }: AclItem) => `${grantee},${grantor},${privileges},${grantable}`,
})
