/** The project's own record files: each record passes here, and on the PostgreSQL 15 that its answer is from. */
import { execFileSync, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { FORMS } from '../../sqllogictest/forms.ts'
import { postgresPrograms, startPostgresql } from '../../bench/targets/postgresql.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FILES = globSync('sqllogictest/*/**/*.slt', { cwd: ROOT })

/** Ends a run that hangs; milliseconds. */
const LIMIT = 180_000

/** Runs all files in one process; answers its failures and totals. */
const run = async (...args: readonly string[]): Promise<string[]> => {
  const runner = spawn(process.execPath, ['sqllogictest/run.ts', '--quiet', ...args, ...FILES], { cwd: ROOT })
  const [out, errors] = await Promise.all([text(runner.stdout), text(runner.stderr)])
  return `${out}${errors}`.trim().split('\n')
}

const hasPostgresql15 = (): boolean => {
  try {
    return execFileSync(join(postgresPrograms(), 'postgres'), ['--version'], { encoding: 'utf8' }).includes(' 15.')
  } catch {
    return false
  }
}

/** Each form prints two lines of totals. */
const expectAllPassed = (lines: readonly string[], forms = 1): void => {
  const totals = lines.filter((line) => /^\d+ passed, \d+ failed$/.test(line))
  expect(lines.length - 2 * totals.length, lines.join('\n')).toBe(0)
  expect(totals.length).toBe(forms)
  for (const total of totals) expect(Number(/^(\d+) passed, 0 failed$/.exec(total)?.[1])).toBeGreaterThan(7000)
}

test(
  'here, in every form',
  async () => {
    const forms = Object.keys(FORMS).flatMap((form) => ['--form', form])
    expectAllPassed(await run(...forms), Object.keys(FORMS).length)
  },
  LIMIT,
)

test.runIf(hasPostgresql15())(
  'on PostgreSQL',
  async () => {
    const server = await startPostgresql('C.UTF-8', 'fsync = off\n')
    try {
      const { host, port, user } = server.address ?? { host: '', port: 0, user: '' }
      expectAllPassed(await run('--url', `postgres://${user}@${host}:${port}/postgres`))
    } finally {
      await server.close()
    }
  },
  LIMIT,
)
