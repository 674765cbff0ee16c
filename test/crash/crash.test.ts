/**
 * A server under nine writers – transfers, inserts, deletes, DDL, COPY, prepared transactions, VACUUM – is killed at
 * random moments and at named points of its storage: no acknowledged transaction is lost, none is there in part, and the
 * checker is content. `run.ts` does the same as often as wanted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { randomFrom } from '../storage/support/fixture.ts'
import { torture } from './support/torture.ts'

const ROUNDS = 20
const directory = mkdtempSync(join(tmpdir(), 'tesseradb-crash-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('nothing that was acknowledged is lost, nothing is there in part', async () => {
  let met = 0
  let transactions = 0
  for await (const round of torture(directory, ROUNDS, randomFrom(20))) {
    if (round.met) met++
    transactions = round.transactions
  }
  expect(met).toBeGreaterThan(0)
  expect(transactions).toBeGreaterThan(ROUNDS)
}, 240_000)
