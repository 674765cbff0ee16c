/** A small part of what `test/random/` can do, with fixed seeds; the scripts beside it run as much as is wanted. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresPrograms, startPostgresql } from '../../bench/targets/postgresql.ts'
import type { Target } from '../../bench/targets/target.ts'
import { startServer, type TestServer } from '../session/server.ts'
import { connectTo } from './connect.ts'
import { differentialTest } from './differential-test.ts'
import { equivalenceTest } from './equivalence-test.ts'
import { runSmith } from './smith.ts'

/** PostgreSQL 15 is the referee; where it is not installed, CI installs it. */
const hasReferee = (): boolean => {
  try {
    return execFileSync(join(postgresPrograms(), 'postgres'), ['--version'], { encoding: 'utf8' }).includes(' 15.')
  } catch {
    return false
  }
}

let server: TestServer
let url: string
beforeAll(async () => {
  server = await startServer()
  url = `postgres://postgres@127.0.0.1:${server.port}/postgres`
})
afterAll(() => server.close())

describe.runIf(hasReferee())('random statements', () => {
  let referee: Target
  beforeAll(async () => {
    referee = await startPostgresql('C.UTF-8', '')
  })
  afterAll(() => referee.close())

  test('are answered as by PostgreSQL', async () => {
    const found: string[] = []
    const { host, port, user } = referee.address ?? { host: '', port: 0, user: '' }
    await differentialTest({
      reference: `postgres://${user}@${host}:${port}/postgres`,
      own: url,
      statements: 2_000,
      seed: 20_261_121,
      only: '',
      connect: connectTo,
      report: ({ difference, statement }) => {
        if (difference !== 'message') found.push(`${difference}: ${statement.sql}`)
        return false
      },
      reportShort: () => {},
    })
    expect(found).toEqual([])
  })
})

test('random queries agree with what is logically the same', async () => {
  const found: string[] = []
  await equivalenceTest({
    url,
    queries: 400,
    seed: 20_261_121,
    connect: connectTo,
    report: ({ check }) => found.push(`${check.name}: ${check.left.sql}`),
  })
  expect(found).toEqual([])
})

/** CI does not install it: half an hour of it is run by hand before a release. */
describe.runIf(existsSync('/usr/bin/sqlsmith'))('sqlsmith', () => {
  test('finds no internal error', async () => {
    const { internalErrors, problem } = await runSmith({ minutes: 0.15, seed: 20_261_121, queries: 200 })
    expect({ internalErrors, problem }).toEqual({ internalErrors: 0, problem: null })
  })
})
