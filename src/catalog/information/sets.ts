/** Set-returning information functions: rows of the system views that PostgreSQL defines by them, or none. */
import { PG_CATALOG } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import type { InformationFunction, InformationFunctions } from './source.ts'

const rowsOf =
  (view: string): InformationFunction =>
  (source): Iterable<Datum[]> =>
    source.catalog.relationIn(PG_CATALOG, view)?.system?.rows(source) ?? []

const none: InformationFunction = () => []

export const setFunctions: InformationFunctions = {
  pg_lock_status: rowsOf('pg_locks'),
  pg_prepared_statement: rowsOf('pg_prepared_statements'),
  pg_cursor: rowsOf('pg_cursors'),
  pg_show_all_settings: rowsOf('pg_settings'),
  pg_timezone_names: rowsOf('pg_timezone_names'),
  pg_timezone_abbrevs: rowsOf('pg_timezone_abbrevs'),
  pg_available_extensions: none,
  pg_tablespace_databases: ({ catalog }, tablespace) =>
    tablespace === DEFAULT_TABLESPACE ? Array.from(catalog.all('database'), ({ oid }) => oid) : [],
}

const DEFAULT_TABLESPACE = 1663
