/** The queries that psql 15 sends for its \d commands. */
import { join } from 'node:path'
import { describe } from 'vitest'
import { testStatementFiles } from '../session/statement-files.ts'

describe('psql', () => testStatementFiles(join(import.meta.dirname, 'statements')))
