/** has_…_privilege, pg_has_role, acldefault: the questions that can be asked of the privilege check. */
import { undefinedObject, undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { notThatSequence, unknownObjectKind, unknownPrivilege } from '../../errors/raise/privileges.ts'
import { PRIVILEGE, PUBLIC } from '../../types/acl-item.ts'
import type { Datum, RegKind } from '../../types/sql-type.ts'
import { SqlArray } from '../../types/array.ts'
import type { RelationObject } from '../objects.ts'
import { defaultAcl, isAclKind } from '../privileges/acl.ts'
import { mayUseColumns, privilegesHeld, privilegesOnColumn, privilegesOnRelation } from '../privileges/check.ts'
import { hasPrivilegesOf, isAdminOf, isMemberOf } from '../privileges/membership.ts'
import { securable, type Securable, securableBuiltin, securableFunction, securableType } from '../privileges/objects.ts'
import { appliesRowSecurity } from '../privileges/row-security.ts'
import { languageNamed, languageOf } from '../system/pg-language.ts'
import { tablespaceNamed, tablespaceOf } from '../system/pg-database.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { relationOf, resolve } from './names.ts'
import type { InformationFunction, InformationFunctions, InformationSource } from './source.ts'

/** One privilege of a question; `grantable`: WITH GRANT OPTION. */
interface Wanted {
  readonly privilege: number
  readonly grantable: boolean
}

type Words = Readonly<Record<string, number>>

const { SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER } = PRIVILEGE
/** RULE is a privilege no more, but may be asked about. */
const TABLE_WORDS: Words = { SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, RULE: 0 }
const COLUMN_WORDS: Words = { SELECT, INSERT, UPDATE, REFERENCES }
const SEQUENCE_WORDS: Words = { USAGE: PRIVILEGE.USAGE, SELECT, UPDATE }
const USAGE: Words = { USAGE: PRIVILEGE.USAGE }
const CREATE: Words = { CREATE: PRIVILEGE.CREATE }
const DATABASE_WORDS: Words = {
  ...CREATE,
  TEMPORARY: PRIVILEGE.TEMPORARY,
  TEMP: PRIVILEGE.TEMPORARY,
  CONNECT: PRIVILEGE.CONNECT,
}
const PARAMETER_WORDS: Words = { SET: PRIVILEGE.SET, 'ALTER SYSTEM': PRIVILEGE['ALTER SYSTEM'] }

/** Reads `SELECT, INSERT WITH GRANT OPTION`. Throws 22023. */
const wantedOf = (text: string, words: Words): Wanted[] =>
  text.split(',').map((part) => {
    const name = part.trim().toUpperCase()
    const plain = name.replace(/ WITH GRANT OPTION$/, '')
    const privilege = words[plain]
    if (privilege === undefined) throw unknownPrivilege(part.trim())
    return { privilege, grantable: plain !== name }
  })

/** A role as the first argument: everybody, by the name of that. */
const roleNamed = ({ catalog }: InformationSource, name: string): number => {
  const found = catalog.roleByName(name)
  if (found === null) throw undefinedObject(`role "${name}" does not exist`)
  return found.oid
}

const roleOrPublic = (source: InformationSource, role: Datum): number =>
  typeof role !== 'string' ? role : role === 'public' ? PUBLIC : roleNamed(source, role)

const currentRole = (source: InformationSource): number => roleNamed(source, source.eval.session.currentUser)

/** The role is the first of `count + 1` arguments when there are as many, else the present one. */
const splitRole = (source: InformationSource, args: readonly Datum[], count: number): [number, Datum[]] =>
  args.length > count ? [roleOrPublic(source, args[0]), args.slice(1)] : [currentRole(source), [...args]]

const isAnswered = (
  wanted: readonly Wanted[],
  held: { readonly privileges: number; readonly grantable: number },
): boolean =>
  wanted.some(({ privilege, grantable }) => ((grantable ? held.grantable : held.privileges) & privilege) !== 0)

type Find = (source: InformationSource, object: Datum) => Securable | null

/** Finds by OID, or by name through a reg type. */
const byReg =
  (kind: RegKind, get: (source: InformationSource, oid: number) => Securable | null): Find =>
  (source, object) =>
    get(source, typeof object === 'string' ? resolve(source, kind, object) : object)

const objectOf = ({ catalog }: InformationSource, oid: number): Securable | null => {
  const object = catalog.objects.get(oid)
  return object === undefined ? null : securable(catalog, object)
}

const databaseOf: Find = (source, object) => {
  if (typeof object !== 'string') return objectOf(source, object)
  const found = source.catalog.databaseByName(object)
  if (found === null) throw undefinedObject(`database "${object}" does not exist`)
  return securable(source.catalog, found)
}

const languageAs: Find = ({ catalog }, object) => {
  const found = typeof object === 'string' ? languageNamed(object) : languageOf(object)
  if (found === undefined && typeof object === 'string') throw undefinedObject(`language "${object}" does not exist`)
  return found === undefined ? null : securableBuiltin(catalog, 'language', found.oid, found.name)
}

const tablespaceAs: Find = ({ catalog }, object) => {
  const found = typeof object === 'string' ? tablespaceNamed(object) : tablespaceOf(object)
  if (found === undefined && typeof object === 'string') throw undefinedObject(`tablespace "${object}" does not exist`)
  return found === undefined ? null : securableBuiltin(catalog, 'tablespace', found.oid, found.name)
}

/** Objects of features that are not there: no name is one. */
const noneOf =
  (what: string): Find =>
  (_source, object) => {
    if (typeof object === 'string') throw undefinedObject(`${what} "${object}" does not exist`)
    return null
  }

const objectPrivilege =
  (words: Words, find: Find): InformationFunction =>
  (source, ...args) => {
    const [role, [object, privileges]] = splitRole(source, args, 2)
    const found = find(source, object)
    const wanted = wantedOf(privileges, words)
    return found === null ? null : isAnswered(wanted, privilegesHeld(source.catalog, role, found))
  }

const relationPrivilege =
  (words: Words, onlySequences: boolean): InformationFunction =>
  (source, ...args) => {
    const [role, [object, privileges]] = splitRole(source, args, 2)
    const relation = relationOf(source, object)
    const wanted = wantedOf(privileges, words)
    if (relation === null) return null
    if (onlySequences && relation.kind !== 'S') throw notThatSequence(relation.name)
    return isAnswered(wanted, privilegesOnRelation(source.catalog, role, relation))
  }

/** Whether the relation's own privileges or those of one of its columns answer. */
const onAnyColumn = (
  { catalog }: InformationSource,
  role: number,
  relation: RelationObject,
  wanted: readonly Wanted[],
): boolean =>
  isAnswered(wanted, privilegesOnRelation(catalog, role, relation)) ||
  wanted.some(({ privilege, grantable }) =>
    grantable
      ? relation.columns.some(
          ({ attnum, dropped }) =>
            !dropped && (privilegesOnColumn(catalog, role, relation, attnum).grantable & privilege) !== 0,
        )
      : mayUseColumns(catalog, role, relation, privilege, 'any'),
  )

const anyColumnPrivilege: InformationFunction = (source, ...args) => {
  const [role, [object, privileges]] = splitRole(source, args, 2)
  const relation = relationOf(source, object)
  const wanted = wantedOf(privileges, COLUMN_WORDS)
  return relation === null ? null : onAnyColumn(source, role, relation, wanted)
}

const columnPrivilege: InformationFunction = (source, ...args) => {
  const [role, [object, column, privileges]] = splitRole(source, args, 3)
  const relation = relationOf(source, object)
  const wanted = wantedOf(privileges, COLUMN_WORDS)
  if (relation === null) return null
  const found = relation.columns.find((c) => !c.dropped && (c.name === column || c.attnum === column))
  if (found === undefined) {
    const isGone = relation.columns.some((c) => c.name === column || c.attnum === column)
    if (typeof column === 'string' && !isGone) throw undefinedColumnOfRelation(column, relation.name)
    return null
  }
  return (
    isAnswered(wanted, privilegesOnRelation(source.catalog, role, relation)) ||
    isAnswered(wanted, privilegesOnColumn(source.catalog, role, relation, found.attnum))
  )
}

/** Settings have no privileges of their own: superusers change them. */
const parameterPrivilege: InformationFunction = (source, ...args) => {
  const [role, [, privileges]] = splitRole(source, args, 2)
  const wanted = wantedOf(privileges, PARAMETER_WORDS)
  const parameter: Securable = { kind: 'p', owner: BOOTSTRAP_SUPERUSER, acl: null, word: 'parameter', name: '' }
  return isAnswered(wanted, privilegesHeld(source.catalog, role, parameter))
}

const ROLE_QUESTIONS: Readonly<Record<string, typeof isMemberOf>> = {
  USAGE: hasPrivilegesOf,
  MEMBER: isMemberOf,
  'USAGE WITH GRANT OPTION': isAdminOf,
  'USAGE WITH ADMIN OPTION': isAdminOf,
  'MEMBER WITH GRANT OPTION': isAdminOf,
  'MEMBER WITH ADMIN OPTION': isAdminOf,
}

const hasRole: InformationFunction = (source, ...args) => {
  const roleOf = (role: Datum): number => (typeof role === 'string' ? roleNamed(source, role) : role)
  const [member, group, privileges] = args.length > 2 ? args : [source.eval.session.currentUser, ...args]
  const [role, of] = [roleOf(member), roleOf(group)]
  return (privileges as string).split(',').some((part) => {
    const question = ROLE_QUESTIONS[part.trim().toUpperCase()]
    if (question === undefined) throw unknownPrivilege(part.trim())
    return question(source.catalog, role, of)
  })
}

export const privilegeFunctions: InformationFunctions = {
  has_table_privilege: relationPrivilege(TABLE_WORDS, false),
  has_sequence_privilege: relationPrivilege(SEQUENCE_WORDS, true),
  has_any_column_privilege: anyColumnPrivilege,
  has_column_privilege: columnPrivilege,
  has_database_privilege: objectPrivilege(DATABASE_WORDS, databaseOf),
  has_schema_privilege: objectPrivilege({ ...CREATE, ...USAGE }, byReg('regnamespace', objectOf)),
  has_function_privilege: objectPrivilege(
    { EXECUTE: PRIVILEGE.EXECUTE },
    byReg('regprocedure', ({ catalog }, oid) => securableFunction(catalog, oid)),
  ),
  has_type_privilege: objectPrivilege(
    USAGE,
    byReg('regtype', ({ catalog }, oid) => securableType(catalog, oid)),
  ),
  has_language_privilege: objectPrivilege(USAGE, languageAs),
  has_tablespace_privilege: objectPrivilege(CREATE, tablespaceAs),
  has_foreign_data_wrapper_privilege: objectPrivilege(USAGE, noneOf('foreign-data wrapper')),
  has_server_privilege: objectPrivilege(USAGE, noneOf('server')),
  has_parameter_privilege: parameterPrivilege,
  pg_has_role: hasRole,
  acldefault: (_source, kind, owner) => {
    if (!isAclKind(kind)) throw unknownObjectKind(kind)
    return SqlArray.of(defaultAcl(kind, owner))
  },
  row_security_active: (source, table) => {
    const relation = relationOf(source, table)
    return relation !== null && appliesRowSecurity(source.catalog, currentRole(source), relation)
  },
}
