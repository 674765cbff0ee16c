/**
 * Files of the sqllogictest corpus: every record that PostgreSQL 15 passes passes, however the tables are stored and the
 * plans are made, and both front ends read the same.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasShared, sharedPath } from './shared.ts'

const TOOLS = join(import.meta.dirname, '..', '..', 'sqllogictest')

/** Runs a tool in a process of its own; answers what it printed. */
const run = (tool: string, ...args: readonly string[]): string => {
  const { stdout } = spawnSync(process.execPath, [join(TOOLS, tool), ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return stdout
}

const corpus = (...parts: readonly string[]): string => sharedPath('sqllogictest', ...parts)

describe.runIf(hasShared)('sqllogictest', () => {
  test.each(['select1', 'select2', 'select3', 'select4', 'select5'])(
    '%s',
    (name) => {
      expect(run('run.ts', corpus(`${name}.test.gz`))).toMatch(/^\d{4,} passed, 0 failed$/m)
    },
    120_000,
  )

  test.each(['overlay', 'segments', 'unoptimized'])(
    'evidence, select1 and others: %s',
    (form) => {
      const evidence = readdirSync(corpus('evidence')).map((name) => corpus('evidence', name))
      const others = ['select1', 'random/aggregates/slt_good_129', 'random/select/slt_good_126']
      const files = [...evidence, ...others.map((name) => corpus(`${name}.test.gz`))]
      const output = run('run.ts', '--form', form, '--expected-fails', corpus('postgresql-15-fails.txt'), ...files)
      expect(output).toMatch(/^\d{4,} passed, 0 failed$/m)
    },
    120_000,
  )

  test('node-sql-parser reads what libpg-query does', () => {
    const files = ['select1', 'select5', 'evidence/in2'].map((name) => corpus(`${name}.test.gz`))
    expect(run('front-ends.ts', ...files)).toMatch(/^\d{4,} accepted, 0 refused, 0 differing$/m)
  }, 120_000)

  test('statements that node-sql-parser has read', () => {
    expect(run('run.ts', '--parser', 'node-sql-parser', corpus('select1.test.gz'))).toMatch(
      /^\d{4,} passed, 0 failed$/m,
    )
  }, 120_000)
})
