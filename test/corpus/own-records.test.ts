/**
 * The project's own record files: each record passes here, however tables are stored and plans are made, and on the
 * PostgreSQL 15 that its answer is from.
 */
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

const expectAllPassed = (lines: readonly string[]): void => {
  expect(lines.slice(0, -2)).toEqual([])
  const [, passed] = /^(\d+) passed, 0 failed$/.exec(lines.at(-1) ?? '') ?? []
  expect(Number(passed)).toBeGreaterThan(7000)
}

test.each(Object.keys(FORMS))('here: %s', async (form) => expectAllPassed(await run('--form', form)), LIMIT)

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
