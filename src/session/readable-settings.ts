/** Settings that tell of the server's machine: not everybody may read them. */
import { hasPrivilegesOf } from '../catalog/privileges/membership.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { settingNotReadable } from '../errors/raise/settings.ts'

/** pg_read_all_settings. */
const READ_ALL_SETTINGS = 3374

const SECRET: ReadonlySet<string> = new Set([
  'config_file',
  'data_directory',
  'dynamic_library_path',
  'hba_file',
  'ident_file',
  'log_directory',
  'log_filename',
  'unix_socket_directories',
])

export const mayReadSetting = (catalog: CatalogSnapshot, role: number, name: string): boolean =>
  !SECRET.has(name.toLowerCase()) || hasPrivilegesOf(catalog, role, READ_ALL_SETTINGS)

/** Throws 42501 for a setting that the role may not read. */
export const requireReadable = (catalog: CatalogSnapshot, role: number, name: string): void => {
  if (!mayReadSetting(catalog, role, name)) throw settingNotReadable(name.toLowerCase())
}
