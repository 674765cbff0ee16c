/**
 * The project's own record files: each record passes here, however tables are stored and plans are made, and on the
 * PostgreSQL 15 that its answer is from.
 */
import { execFileSync, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { postgresPrograms, startPostgresql } from '../../bench/targets/postgresql.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FILES = globSync('sqllogictest/*/**/*.slt', { cwd: ROOT })

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
  expect(Number(passed)).toBeGreaterThan(6000)
}

test.each(['overlay', 'segments', 'unoptimized'])('here: %s', async (form) => {
  expectAllPassed(await run('--form', form))
})

test.runIf(hasPostgresql15())('on PostgreSQL', async () => {
  const server = await startPostgresql('C.UTF-8', '')
  try {
    const { host, port, user } = server.address ?? { host: '', port: 0, user: '' }
    expectAllPassed(await run('--url', `postgres://${user}@${host}:${port}/postgres`))
  } finally {
    await server.close()
  }
})
