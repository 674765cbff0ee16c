/** The collations that every database has, by PostgreSQL's OIDs, and those that it makes itself. */
import { PG_CATALOG } from '../types/oids.ts'
import { C_COLLATION, DEFAULT_COLLATION } from '../types/collation.ts'
import type { Collation } from '../types/text-order.ts'
import type { CatalogSnapshot } from './snapshot.ts'
import { icuLocales } from './system/data/icu-locales.ts'

const FIRST_ICU_OID = 12_342

const builtin = (oid: number, name: string, provider: Collation['provider'], locale: string | null): Collation => ({
  oid,
  name,
  provider,
  locale,
  deterministic: true,
})

const BY_LIBC: readonly Collation[] = [
  DEFAULT_COLLATION,
  C_COLLATION,
  builtin(951, 'POSIX', 'c', 'POSIX'),
  builtin(12_340, 'ucs_basic', 'c', 'C'),
  builtin(12_341, 'C.utf8', 'c', 'C.utf8'),
]

let builtins: ReadonlyMap<number, Collation> | null = null
let names: ReadonlyMap<string, Collation> | null = null

/** By OID; made when a collation is first asked for. */
export const builtinCollations = (): ReadonlyMap<number, Collation> => {
  builtins ??= new Map(
    [...BY_LIBC, ...icuLocales().map((locale, i) => builtin(FIRST_ICU_OID + i, `${locale}-x-icu`, 'i', locale))].map(
      (collation) => [collation.oid, collation],
    ),
  )
  return builtins
}

const builtinByName = (name: string): Collation | undefined => {
  names ??= new Map(Array.from(builtinCollations().values(), (collation) => [collation.name, collation]))
  return names.get(name)
}

export const collationByOid = (catalog: CatalogSnapshot, oid: number): Collation | null =>
  builtinCollations().get(oid) ?? catalog.collation(oid)?.collation ?? null

/** The collation of a name in a schema. */
const collationIn = (catalog: CatalogSnapshot, schema: number, name: string): Collation | null =>
  schema === PG_CATALOG ? (builtinByName(name) ?? null) : (catalog.collationIn(schema, name)?.collation ?? null)

/** The first of that name along a search path of schema oids. */
export const findCollation = (
  catalog: CatalogSnapshot,
  name: string,
  searchPath: readonly number[],
): Collation | null => {
  for (const schema of searchPath) {
    const found = collationIn(catalog, schema, name)
    if (found !== null) return found
  }
  return null
}
