/** Information about the session and the server that needs no more than the catalog. */
import type { InformationFunctions } from './source.ts'

export const sessionFunctions: InformationFunctions = {
  pg_my_temp_schema: ({ catalog, searchPath }) => {
    const name = searchPath.find((schema) => schema.startsWith('pg_temp_'))
    return name === undefined ? 0 : (catalog.schemaByName(name)?.oid ?? 0)
  },
  pg_is_other_temp_schema: ({ catalog, searchPath }, oid) => {
    const name = catalog.schema(oid)?.name ?? ''
    return name.startsWith('pg_temp_') && !searchPath.includes(name)
  },
  pg_collation_actual_version: () => null,
  pg_database_collation_actual_version: () => null,
  age: () => 0,
  mxid_age: () => 0,
  pg_stat_reset: () => '',
  pg_stat_clear_snapshot: () => '',
}
