/** CREATE COLLATION and what else is done to collations. */
import { requireOwnerOf } from './permissions.ts'
import { type TypeScope, collatedType, collationNamed } from '../../analyze/type-name.ts'
import type { CollationObject } from '../../catalog/objects.ts'
import {
  collationInSchema,
  duplicateCollation,
  fromDefaultCollation,
  fromWithOthers,
  localeWithParts,
  missingCollationParameter,
  nondeterministicLibc,
  undefinedCollation,
  unknownCollationAttribute,
  unknownLibcLocale,
  unknownProvider,
} from '../../errors/raise/collations.ts'
import { namesOf, type CollateClause, type DefineStmt, type Node } from '../../sql/ast.ts'
import { checkIcuLocale } from '../../types/collation.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Collation } from '../../types/text-order.ts'
import { noticeOf, creationTarget, truncateName, type DefinitionContext } from './context.ts'
import { DefinitionOptions } from './definition-options.ts'

const ATTRIBUTES = ['from', 'locale', 'lc_collate', 'lc_ctype', 'provider', 'deterministic', 'version']

/** The locales of libc that order by code points. */
const LIBC_LOCALE = /^(C|POSIX|C\.UTF-?8)$/i

const scopeOf = (context: DefinitionContext): TypeScope => ({
  catalog: context.catalog.snapshot,
  searchPath: context.searchPath,
})

export const createCollation = (context: DefinitionContext, node: DefineStmt): void => {
  const names = namesOf(node.defnames)
  const schema = creationTarget(context, names.length > 1 ? names.at(-2) : undefined).oid
  const name = truncateName(names.at(-1) as string)
  const options = new DefinitionOptions(node.definition ?? [], ATTRIBUTES, (attribute, location) => {
    throw unknownCollationAttribute(attribute, location)
  })
  const facts = factsOf(context, options, (node.definition ?? []).length)
  if (context.catalog.snapshot.collationIn(schema, name) !== null) {
    const exists = duplicateCollation(name, encodingOf(facts))
    if (!node.if_not_exists) throw exists
    noticeOf(context, `${exists.message}, skipping`)
    return
  }
  const oid = context.catalog.allocateOid()
  const object: CollationObject = {
    class: 'collation',
    oid,
    name,
    schema,
    owner: context.owner,
    comment: null,
    acl: null,
    depends: [],
    collation: { ...facts, oid, name },
  }
  context.catalog.put(object)
}

type Facts = Omit<Collation, 'oid' | 'name'>

/** The encoding that a collation is for; null: any. */
const encodingOf = ({ provider, locale }: Facts): string | null =>
  provider === 'c' && locale !== 'C' && locale !== 'POSIX' ? 'UTF8' : null

/** What the attributes, `count` of them, say. */
const factsOf = (context: DefinitionContext, options: DefinitionOptions, count: number): Facts => {
  const from = options.names('from')
  if (from !== null) {
    if (count > 1) throw fromWithOthers()
    const { provider, locale, deterministic } = collationNamed(scopeOf(context), from, undefined)
    if (provider === 'd') throw fromDefaultCollation()
    return { provider, locale, deterministic }
  }
  const [locale, collate, ctype] = ['locale', 'lc_collate', 'lc_ctype'].map((option) => options.text(option)) as [
    string | null,
    string | null,
    string | null,
  ]
  if (locale !== null && (collate !== null || ctype !== null)) throw localeWithParts()
  const provider = options.text('provider') ?? 'libc'
  const isIcu = provider.toLowerCase() === 'icu'
  if (!isIcu && provider.toLowerCase() !== 'libc') throw unknownProvider(provider)
  const deterministic = options.isOn('deterministic', true)
  if (isIcu) {
    if (locale === null) throw missingCollationParameter('locale')
    checkIcuLocale(locale)
    return { provider: 'i', locale, deterministic }
  }
  if ((locale ?? collate) === null) throw missingCollationParameter('lc_collate')
  if ((locale ?? ctype) === null) throw missingCollationParameter('lc_ctype')
  if (!deterministic) throw nondeterministicLibc()
  for (const part of [locale ?? collate, locale ?? ctype] as string[]) {
    if (!LIBC_LOCALE.test(part)) throw unknownLibcLocale(part)
  }
  return { provider: 'c', locale: locale ?? collate, deterministic }
}

/** The collation that a command names. Throws 42704; null where it is one that every database has. */
export const ownCollation = (context: DefinitionContext, names: readonly string[]): CollationObject | null => {
  const { oid } = collationNamed(scopeOf(context), names, undefined)
  return context.catalog.snapshot.collation(oid)
}

/** Gives a collation another name or schema. */
export const moveCollation = (
  context: DefinitionContext,
  names: readonly string[],
  to: { readonly name?: string; readonly schema?: number },
): void => {
  const own = ownCollation(context, names)
  if (own === null) throw undefinedCollation(names.join('.'))
  requireOwnerOf(context, own)
  const moved = { ...own, ...to }
  if (context.catalog.snapshot.collationIn(moved.schema, moved.name) !== null) {
    throw collationInSchema(moved.name, context.catalog.snapshot.schema(moved.schema)?.name ?? '')
  }
  context.catalog.put({ ...moved, collation: { ...own.collation, name: moved.name } })
}

/** A type under the collation of a COLLATE clause in a definition; itself where there is none. */
export const typeUnder = (context: DefinitionContext, type: SqlType, clause: CollateClause | undefined): SqlType =>
  typeByName(context, type, clause?.collname, clause?.location)

/** The same, given the clause's name. */
export const typeByName = (
  context: DefinitionContext,
  type: SqlType,
  name: readonly Node[] | undefined,
  location?: number,
): SqlType =>
  name === undefined ? type : collatedType(type, collationNamed(scopeOf(context), namesOf(name), location), location)
