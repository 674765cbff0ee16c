/** Where the shared corpora lie; tests over them run wherever the folder is there. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const SHARED = resolve(process.env['TESSERADB_SHARED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared'))

export const hasShared = existsSync(join(SHARED, 'README.md'))

export const sharedPath = (...parts: string[]): string => join(SHARED, ...parts)
