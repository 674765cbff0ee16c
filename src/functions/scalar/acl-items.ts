/** Functions and operators of aclitem and of arrays of it. */
import { deprecatedFunction, unknownPrivilege } from '../../errors/raise/privileges.ts'
import { type AclItem, namedPrivileges, PRIVILEGE, sameAclItem } from '../../types/acl-item.ts'
import type { SqlArray } from '../../types/array.ts'
import type { Datum } from '../../types/sql-type.ts'
import { scalar, sessionScalar, setReturning } from '../define.ts'
import { operator } from '../operators/define.ts'
import type { OperatorRecord, ScalarFunction, SetReturningFunction } from '../records.ts'

/** Privileges by the names that functions take, in capitals. */
export const PRIVILEGE_WORDS: Readonly<Record<string, number>> = { ...PRIVILEGE, TEMP: PRIVILEGE.TEMPORARY }

/** One privilege by its name. Throws 22023. */
const privilegesNamed = (text: string): number => {
  const bit = PRIVILEGE_WORDS[text.trim().toUpperCase()]
  if (bit === undefined) throw unknownPrivilege(text)
  return bit
}

/** The numbers of an item added up, as hashes. */
const sumOf = ({ grantee, grantor, privileges, grantable }: AclItem): number =>
  (privileges + grantable * 65_536 + grantee + grantor) >>> 0

const contains = (acl: SqlArray, item: AclItem): boolean =>
  (acl.elements as AclItem[]).some(
    (i) =>
      i.grantee === item.grantee &&
      i.grantor === item.grantor &&
      (item.privileges & ~i.privileges) === 0 &&
      (item.grantable & ~i.grantable) === 0,
  )

/** Lists are changed by GRANT and REVOKE; these functions are there to say so. */
const gone = (oid: number, name: string): ScalarFunction =>
  scalar(oid, `${name}(aclitem[], aclitem) aclitem[]`, 'no longer supported', () => {
    throw deprecatedFunction(name)
  })

export const aclItemFunctions: readonly ScalarFunction[] = [
  scalar(1062, 'aclitemeq(aclitem, aclitem) bool', 'equal', sameAclItem),
  scalar(329, 'hash_aclitem(aclitem) int4', 'hash', (item) => sumOf(item) | 0),
  scalar(777, 'hash_aclitem_extended(aclitem, int8) int8', 'hash', (item: AclItem, seed: Datum) => {
    if (Number(seed) === 0) return sumOf(item)
    const mixed = BigInt.asIntN(64, (BigInt(sumOf(item)) + BigInt(seed)) * 0x9e3779b97f4a7c15n)
    return BigInt(Number(mixed)) === mixed && Number.isSafeInteger(Number(mixed)) ? Number(mixed) : mixed
  }),
  gone(1035, 'aclinsert'),
  gone(1036, 'aclremove'),
  scalar(1037, 'aclcontains(aclitem[], aclitem) bool', 'contains', contains),
  scalar(1365, 'makeaclitem(oid, oid, text, bool) aclitem', 'an item of its parts', (grantee, grantor, text, on) => {
    const privileges = privilegesNamed(text)
    return { grantee, grantor, privileges, grantable: on ? privileges : 0 }
  }),
  // Types without a binary form of their own still have functions of text.
  sessionScalar(1031, 'aclitemin(cstring) aclitem', 'I/O', ({ format, typeOf }, text) =>
    typeOf(1033).parse(text, -1, format),
  ),
  sessionScalar(1032, 'aclitemout(aclitem) cstring', 'I/O', ({ format, typeOf }, item) =>
    typeOf(1033).format(item, format),
  ),
]

export const aclItemSets: readonly SetReturningFunction[] = [
  setReturning(
    1689,
    'aclexplode(acl: aclitem[]) record',
    'privileges one by one',
    (_context, _types, acl: SqlArray) =>
      (acl.elements as AclItem[]).flatMap(({ grantor, grantee, privileges, grantable }) =>
        namedPrivileges(privileges).map(({ bit, name }) => [grantor, grantee, name, (grantable & bit) !== 0]),
      ),
    {
      volatility: 'stable',
      estimatedRows: 10,
      columns: ['grantor oid', 'grantee oid', 'privilege_type text', 'is_grantable bool'],
    },
  ),
]

export const aclItemOperators: readonly OperatorRecord[] = [
  operator(974, 'aclitem = aclitem', 'bool', 1062, 'equal', { commutator: 974, hashes: true, selectivity: 'eqsel' }),
  operator(966, 'aclitem[] + aclitem', 'aclitem[]', 1035, 'add an item'),
  operator(967, 'aclitem[] - aclitem', 'aclitem[]', 1036, 'remove an item'),
  operator(968, 'aclitem[] @> aclitem', 'bool', 1037, 'contains'),
]
