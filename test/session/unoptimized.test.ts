/** The same statements as in `statements.test.ts`, run as they are written: what they answer must not depend on plans. */
import { join } from 'node:path'
import { describe } from 'vitest'
import { testStatementFiles } from './statement-files.ts'

describe('statements without the optimizer', () => {
  testStatementFiles(join(import.meta.dirname, 'statements'), { naive: true })
})
