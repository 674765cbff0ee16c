/** Statements of every kind. */
import { join } from 'node:path'
import { describe } from 'vitest'
import { testStatementFiles } from './statement-files.ts'

describe('statements', () => testStatementFiles(join(import.meta.dirname, 'statements')))
