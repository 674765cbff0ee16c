/** System catalogs and information functions: definitions, information_schema, what drivers and ORMs ask. */
import { join } from 'node:path'
import { describe } from 'vitest'
import { testStatementFiles } from '../session/statement-files.ts'

describe('catalog', () => testStatementFiles(join(import.meta.dirname, 'statements')))
