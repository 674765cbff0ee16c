/** Settings that sessions begin with by who they are and where. */
import type { CatalogSnapshot } from './snapshot.ts'

/** Names and values, the more particular after the more general: everywhere, of the database, of the role, of both. */
export const initialSettings = (catalog: CatalogSnapshot, role: number): [name: string, value: string][] => {
  const rank = (of: { readonly role: number; readonly database: number }): number =>
    (of.role === 0 ? 0 : 2) + (of.database === 0 ? 0 : 1)
  return Array.from(catalog.all('role setting'))
    .filter((s) => (s.role === 0 || s.role === role) && (s.database === 0 || s.database === catalog.database))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ settings }) =>
      settings.map((text): [string, string] => {
        const at = text.indexOf('=')
        return [text.slice(0, at), text.slice(at + 1)]
      }),
    )
}
