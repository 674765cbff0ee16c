/** Columns that every table has beside its own. */
import { OID } from '../types/oids.ts'

export const SYSTEM_COLUMNS: readonly { readonly name: string; readonly attnum: number; readonly type: number }[] = [
  { name: 'ctid', attnum: -1, type: OID.tid },
  { name: 'xmin', attnum: -2, type: OID.xid },
  { name: 'cmin', attnum: -3, type: OID.cid },
  { name: 'xmax', attnum: -4, type: OID.xid },
  { name: 'cmax', attnum: -5, type: OID.cid },
  { name: 'tableoid', attnum: -6, type: OID.oid },
]

const names = new Set(SYSTEM_COLUMNS.map(({ name }) => name))

export const isSystemColumnName = (name: string): boolean => names.has(name)
