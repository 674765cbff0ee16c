/** Files of the sqllogictest corpus: every record that PostgreSQL 15 passes passes. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasShared, sharedPath } from './shared.ts'

const RUNNER = join(import.meta.dirname, '..', '..', 'sqllogictest', 'run.ts')

/** Runs the files in one process; answers what it printed at the end. */
const run = (files: readonly string[]): string => {
  const { stdout } = spawnSync(process.execPath, [RUNNER, ...files], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return stdout
}

describe.runIf(hasShared)('sqllogictest', () => {
  test.each(['select1', 'select2', 'select3', 'select4', 'select5'])(
    '%s',
    (name) => {
      expect(run([sharedPath('sqllogictest', `${name}.test.gz`)])).toMatch(/^\d{4,} passed, 0 failed$/m)
    },
    120_000,
  )

  test('evidence', () => {
    const files = readdirSync(sharedPath('sqllogictest', 'evidence')).map((f) =>
      sharedPath('sqllogictest', 'evidence', f),
    )
    const known = sharedPath('sqllogictest', 'postgresql-15-fails.txt')
    const lines = run(['--expected-fails', known, ...files]).split('\n')
    const failures = lines.filter((line) => /^\S+\.test\.gz:\d+: /.test(line))
    // Records that PostgreSQL itself does not pass are told apart by the runner.
    expect(failures.filter((line) => !line.endsWith('passes, which it does not on PostgreSQL'))).toEqual([])
    expect(lines.some((line) => /^\d{3,} passed, /.test(line))).toBe(true)
  }, 120_000)
})
