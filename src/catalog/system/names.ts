/** Names of schemas and owners, as views show them. */
import type { RelationObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'

export const schemaName = (catalog: CatalogSnapshot, { schema }: { readonly schema: number }): string =>
  catalog.schema(schema)?.name ?? ''

export const roleName = (catalog: CatalogSnapshot, oid: number): string =>
  catalog.role(oid)?.name ?? `unknown (OID=${oid})`

export const ownerName = (catalog: CatalogSnapshot, { owner }: Pick<RelationObject, 'owner'>): string =>
  roleName(catalog, owner)

/** Relations of some kinds, in the order of their making. */
export const relationsOf = (catalog: CatalogSnapshot, kinds: string): RelationObject[] =>
  Array.from(catalog.all('relation')).filter(({ kind }) => kinds.includes(kind))
