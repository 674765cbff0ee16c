/** The search path of a session: setting `search_path` against the schemas that exist. */
import { mayUseSchema } from '../catalog/privileges/check.ts'
import { PRIVILEGE } from '../types/acl-item.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { PG_CATALOG } from '../types/oids.ts'
import type { SchemaObject } from '../catalog/objects.ts'

/** Splits `"$user", public` into names, unquoted or folded to lower case. */
const splitIdentifiers = (text: string): string[] => {
  const names: string[] = []
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^",\s]+))\s*(?:,|$)/gy
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    names.push(match[1] === undefined ? (match[2] as string).toLowerCase() : match[1].replaceAll('""', '"'))
    if (pattern.lastIndex >= text.length) break
  }
  return names
}

/** Schemas named by the setting that exist and that the role may use, in order. */
export const namedSchemas = (
  setting: string,
  user: string,
  catalog: CatalogSnapshot,
  temporary: number | null,
  role: number,
): SchemaObject[] =>
  splitIdentifiers(setting).flatMap((name) => {
    const own = name === 'pg_temp' && temporary !== null ? catalog.schema(temporary) : null
    const schema = own ?? catalog.schemaByName(name === '$user' ? user : name)
    return schema === null || !mayUseSchema(catalog, role, schema, PRIVILEGE.USAGE) ? [] : [schema]
  })

/** Whether new objects are temporary where nothing else is said. */
export const beginsWithTemporary = (setting: string): boolean => splitIdentifiers(setting)[0] === 'pg_temp'

/** Oids in lookup order: the temporary schema and pg_catalog come first unless the setting places them. */
export const lookupPath = (schemas: readonly SchemaObject[], temporary: number | null): number[] => {
  const oids = schemas.map((schema) => schema.oid)
  if (!oids.includes(PG_CATALOG)) oids.unshift(PG_CATALOG)
  if (temporary !== null && !oids.includes(temporary)) oids.unshift(temporary)
  return oids
}

/** The lookup order as it was last asked for. */
export class SearchPath {
  #setting = ''
  #user = ''
  #role = 0
  #catalog: CatalogSnapshot | null = null
  #temporary: number | null = null
  #oids: readonly number[] = []

  /** The same array as long as nothing has changed that decides it. */
  of(
    setting: string,
    user: string,
    catalog: CatalogSnapshot,
    temporary: number | null,
    role: number,
  ): readonly number[] {
    if (
      catalog !== this.#catalog ||
      setting !== this.#setting ||
      user !== this.#user ||
      role !== this.#role ||
      temporary !== this.#temporary
    ) {
      this.#setting = setting
      this.#user = user
      this.#role = role
      this.#catalog = catalog
      this.#temporary = temporary
      this.#oids = lookupPath(namedSchemas(setting, user, catalog, temporary, role), temporary)
    }
    return this.#oids
  }
}
