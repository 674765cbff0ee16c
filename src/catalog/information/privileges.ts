/** has_…_privilege and pg_has_role: what the owner, superusers and access control lists allow. */
import { invalidParameterValue, undefinedObject, undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import type { Datum, RegKind } from '../../types/sql-type.ts'
import { SqlArray } from '../../types/array.ts'
import type { RoleObject } from '../objects.ts'
import { roleName } from '../system/names.ts'
import { resolve } from './names.ts'
import type { InformationFunction, InformationFunctions, InformationSource } from './source.ts'

/** What privileges are checked against. */
interface Guarded {
  readonly owner: number
  readonly acl: readonly string[] | null
}

/** Privilege names with their letters in access control lists. */
type Letters = Readonly<Record<string, string>>

const TABLE_LETTERS: Letters = {
  SELECT: 'r',
  INSERT: 'a',
  UPDATE: 'w',
  DELETE: 'd',
  TRUNCATE: 'D',
  REFERENCES: 'x',
  TRIGGER: 't',
}

interface PrivilegeKind {
  readonly letters: Letters
  /** What everybody may do when there is no access control list. */
  readonly defaults: string
  readonly find: (source: InformationSource, object: Datum) => Guarded | null
}

/** Finds by OID, or by name through a reg type. */
const byReg =
  (kind: RegKind, get: (source: InformationSource, oid: number) => Guarded | null) =>
  (source: InformationSource, object: Datum): Guarded | null =>
    get(source, typeof object === 'string' ? resolve(source, kind, object) : object)

const databaseOf = ({ catalog }: InformationSource, object: Datum): Guarded | null => {
  if (typeof object !== 'string') {
    const found = catalog.objects.get(object)
    return found?.class === 'database' ? found : null
  }
  const found = catalog.databaseByName(object)
  if (found === null) throw undefinedObject(`database "${object}" does not exist`)
  return found
}

const SUPERUSER_OWNED: Guarded = { owner: 10, acl: null }

const relations = byReg('regclass', ({ catalog }, oid) => catalog.relation(oid))

const KINDS: Readonly<Record<string, PrivilegeKind>> = {
  has_table_privilege: { letters: TABLE_LETTERS, defaults: '', find: relations },
  has_any_column_privilege: { letters: TABLE_LETTERS, defaults: '', find: relations },
  has_sequence_privilege: { letters: { USAGE: 'U', SELECT: 'r', UPDATE: 'w' }, defaults: '', find: relations },
  has_database_privilege: {
    letters: { CREATE: 'C', CONNECT: 'c', TEMPORARY: 'T', TEMP: 'T' },
    defaults: 'cT',
    find: databaseOf,
  },
  has_schema_privilege: {
    letters: { CREATE: 'C', USAGE: 'U' },
    defaults: '',
    find: byReg('regnamespace', ({ catalog }, oid) => catalog.schema(oid)),
  },
  has_function_privilege: {
    letters: { EXECUTE: 'X' },
    defaults: 'X',
    find: byReg('regprocedure', () => SUPERUSER_OWNED),
  },
  has_type_privilege: { letters: { USAGE: 'U' }, defaults: 'U', find: byReg('regtype', () => SUPERUSER_OWNED) },
  has_language_privilege: { letters: { USAGE: 'U' }, defaults: 'U', find: () => SUPERUSER_OWNED },
  has_tablespace_privilege: { letters: { CREATE: 'C' }, defaults: '', find: () => SUPERUSER_OWNED },
  has_foreign_data_wrapper_privilege: { letters: { USAGE: 'U' }, defaults: '', find: () => SUPERUSER_OWNED },
  has_server_privilege: { letters: { USAGE: 'U' }, defaults: '', find: () => SUPERUSER_OWNED },
  has_parameter_privilege: { letters: { SET: 's', 'ALTER SYSTEM': 'A' }, defaults: '', find: () => SUPERUSER_OWNED },
}

const roleOf = ({ catalog }: InformationSource, role: Datum): RoleObject | null => {
  if (typeof role !== 'string') return catalog.role(role)
  const found = catalog.roleByName(role)
  if (found === null) throw undefinedObject(`role "${role}" does not exist`)
  return found
}

/** A role and all that it belongs to. */
const membershipsOf = ({ catalog }: InformationSource, role: RoleObject): RoleObject[] => {
  const found = new Set([role])
  for (const member of found) {
    for (const oid of member.memberOf) {
      const group = catalog.role(oid)
      if (group !== null) found.add(group)
    }
  }
  return [...found]
}

/** Letters that an access control list `grantee=letters/grantor` gives to the roles or to everybody. */
const grantedLetters = (acl: readonly string[], roles: readonly RoleObject[]): string =>
  acl
    .map((item) => item.split(/[=/]/) as [string, string, string])
    .filter(([grantee]) => grantee === '' || roles.some(({ name }) => name === grantee.replaceAll('"', '')))
    .map(([, letters]) => letters)
    .join('')

/** Letters of a list such as `SELECT, INSERT WITH GRANT OPTION`: one of them suffices. */
const wantedLetters = (text: string, letters: Letters): string[] =>
  text.split(',').map((part) => {
    const name = part
      .trim()
      .toUpperCase()
      .replace(/ WITH GRANT OPTION$/, '')
    const letter = letters[name]
    if (letter === undefined) throw invalidParameterValue(`unrecognized privilege type: "${part.trim()}"`)
    return letter
  })

const isAllowed = (
  source: InformationSource,
  { letters, defaults }: PrivilegeKind,
  role: RoleObject,
  { owner, acl }: Guarded,
  privileges: string,
): boolean => {
  const wanted = wantedLetters(privileges, letters)
  const roles = membershipsOf(source, role)
  if (role.superuser || roles.some(({ oid }) => oid === owner)) return true
  const granted = acl === null ? defaults : grantedLetters(acl, roles)
  return wanted.some((letter) => granted.includes(letter))
}

/** The role is the first of `count + 1` arguments when there are as many, else the present one. */
const splitRole = (source: InformationSource, args: readonly Datum[], count: number): [RoleObject | null, Datum[]] =>
  args.length > count
    ? [roleOf(source, args[0]), args.slice(1)]
    : [roleOf(source, source.eval.session.currentUser), [...args]]

const objectPrivilege =
  (kind: PrivilegeKind): InformationFunction =>
  (source, ...args) => {
    const [role, [object, privileges]] = splitRole(source, args, 2)
    const guarded = kind.find(source, object)
    return role === null || guarded === null ? null : isAllowed(source, kind, role, guarded, privileges)
  }

const columnPrivilege: InformationFunction = (source, ...args) => {
  const [role, [object, column, privileges]] = splitRole(source, args, 3)
  const oid = typeof object === 'string' ? resolve(source, 'regclass', object) : object
  const relation = source.catalog.relation(oid)
  if (role === null || relation === null) return null
  const known = relation.columns.some((c) => !c.dropped && (c.name === column || c.attnum === column))
  if (!known && typeof column === 'string') throw undefinedColumnOfRelation(column, relation.name)
  return known ? isAllowed(source, KINDS['has_table_privilege'] as PrivilegeKind, role, relation, privileges) : null
}

const hasRole: InformationFunction = (source, ...args) => {
  const [role, [other]] = splitRole(source, args, 2)
  const group = roleOf(source, other)
  if (role === null || group === null) return null
  return role.superuser || membershipsOf(source, role).includes(group)
}

/** By kind of object as acldefault() names it: what the owner may do, and what everybody may. */
const DEFAULT_PRIVILEGES: Readonly<Record<string, readonly [owner: string, everybody: string]>> = {
  r: ['arwdDxt', ''],
  s: ['rwU', ''],
  d: ['CTc', 'Tc'],
  f: ['X', 'X'],
  l: ['U', 'U'],
  L: ['rw', ''],
  n: ['UC', ''],
  p: ['sA', ''],
  t: ['C', ''],
  F: ['U', ''],
  S: ['U', ''],
  T: ['U', 'U'],
  c: ['', ''],
}

const defaultAcl: InformationFunction = ({ catalog }, kind, owner) => {
  const known = DEFAULT_PRIVILEGES[kind]
  if (known === undefined) throw invalidParameterValue(`unrecognized object type abbreviation: ${kind}`)
  const [own, everybody] = known
  const name = roleName(catalog, owner)
  return SqlArray.of([
    ...(everybody === '' ? [] : [`=${everybody}/${name}`]),
    ...(own === '' ? [] : [`${name}=${own}/${name}`]),
  ])
}

export const privilegeFunctions: InformationFunctions = {
  ...Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, objectPrivilege(kind)])),
  has_parameter_privilege: (source, ...args) => {
    const [role, [, privileges]] = splitRole(source, args, 2)
    const kind = KINDS['has_parameter_privilege'] as PrivilegeKind
    return role === null ? null : isAllowed(source, kind, role, SUPERUSER_OWNED, privileges)
  },
  has_column_privilege: columnPrivilege,
  pg_has_role: hasRole,
  acldefault: defaultAcl,
  row_security_active: () => false,
}
