/**
 * Writers whose transactions can be recognised afterwards: each has a number, and each leaves the database in a state
 * that follows from its number alone. What was acknowledged and what was begun is remembered here.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { dataCorrupted } from '../../../src/errors/raise/storage.ts'

/** A writer's transactions: 1 … acknowledged are there for certain, the one after it was begun perhaps. */
export interface Progress {
  acknowledged: number
  begun: number
}

export type WriterKind = 'transfer' | 'item' | 'hasty' | 'prepared' | 'table' | 'load' | 'maintenance'

export interface Writer {
  readonly id: number
  readonly kind: WriterKind
  readonly progress: Progress
}

const KINDS: readonly WriterKind[] = [
  'transfer',
  'transfer',
  'transfer',
  'item',
  'hasty',
  'prepared',
  'table',
  'load',
  'maintenance',
]

export const newWriters = (): Writer[] =>
  KINDS.map((kind, id) => ({ id, kind, progress: { acknowledged: 0, begun: 0 } }))

export const ACCOUNTS = 20
/** Rows of a writer's that stay. */
export const ITEMS = 40
/** Rows of a bulk load: what goes beyond 8,192 is written as a segment. */
export const LOADED = 9_000

export const SETUP = `
  CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
  CREATE TABLE ledger (id serial PRIMARY KEY, writer int NOT NULL, n int NOT NULL, source int REFERENCES account,
    target int REFERENCES account, amount int CHECK (amount > 0), UNIQUE (writer, n));
  CREATE INDEX ON ledger (source, amount DESC);
  CREATE TABLE item (writer int, n int, payload text, PRIMARY KEY (writer, n));
  CREATE INDEX ON item (payload);
  INSERT INTO account SELECT i, 1000 FROM generate_series(1, ${ACCOUNTS}) i`

type Work = (client: Client, writer: Writer, n: number) => Promise<void>

const MAINTENANCE = ['VACUUM', 'CHECKPOINT', 'SELECT * FROM tesseradb_check()', 'VACUUM', 'ANALYZE item']

const item = (writer: number, n: number): string =>
  `INSERT INTO item VALUES (${writer}, ${n}, repeat('${n} ', ${n % 50}));
   DELETE FROM item WHERE writer = ${writer} AND n = ${n - ITEMS}`

const WORK: Readonly<Record<WriterKind, Work>> = {
  transfer: async (client, { id }, n) => {
    // Always the smaller account first, so that two transfers do not wait for each other.
    const source = ((id * 7 + n * 3) % ACCOUNTS) + 1
    const target = (source % ACCOUNTS) + 1
    const amount = (n % 9) + 1
    const updates = [
      [source, -amount],
      [target, amount],
    ].sort((a, b) => (a[0] as number) - (b[0] as number))
    await client.query(
      `BEGIN; ${updates.map(([account, by]) => `UPDATE account SET balance = balance + ${by} WHERE id = ${account}`).join('; ')};
       SAVEPOINT s; INSERT INTO ledger (writer, n, source, target, amount) VALUES (${id}, -1, 1, 1, 1); ROLLBACK TO s;
       INSERT INTO ledger (writer, n, source, target, amount) VALUES (${id}, ${n}, ${source}, ${target}, ${amount}); COMMIT`,
    )
  },
  item: async (client, { id }, n) => {
    await client.query(item(id, n))
  },
  hasty: async (client, { id }, n) => {
    await client.query(`BEGIN; SET LOCAL synchronous_commit = off; ${item(id, n)}; COMMIT`)
  },
  prepared: async (client, { id, progress }, n) => {
    await client.query(`BEGIN; ${item(id, n)}; PREPARE TRANSACTION '${id}-${n}'`)
    // From here on it can only be there, for who verifies commits it.
    progress.acknowledged = n
    await client.query(`COMMIT PREPARED '${id}-${n}'`)
  },
  table: async (client, { id }, n) => {
    await client.query(
      `BEGIN; CREATE TABLE made_${id}_${n} (i int PRIMARY KEY, t text);
       INSERT INTO made_${id}_${n} SELECT i, 't' || i FROM generate_series(1, 100) i;
       CREATE INDEX ON made_${id}_${n} (t); ALTER TABLE made_${id}_${n} ADD COLUMN n int DEFAULT ${n};
       DROP TABLE IF EXISTS made_${id}_${n - 1}; COMMIT`,
    )
  },
  load: async (client, { id }, n) => {
    await client.query(`BEGIN; CREATE TABLE loaded_${id}_${n} (i int PRIMARY KEY, n int)`)
    const rows = Array.from({ length: LOADED }, (_, i) => `${i}\t${n}\n`).join('')
    await pipeline(Readable.from([rows]), client.query(copyFrom(`COPY loaded_${id}_${n} FROM STDIN`)))
    await client.query(`DROP TABLE IF EXISTS loaded_${id}_${n - 1}; COMMIT`)
  },
  maintenance: async (client, _writer, n) => {
    const { rows } = await client.query(MAINTENANCE[n % MAINTENANCE.length] as string)
    if (rows.length > 0) throw dataCorrupted('the running server', JSON.stringify(rows))
  },
}

/** Work that would leave little time for others. */
const RARE: ReadonlySet<WriterKind> = new Set(['table', 'load', 'maintenance'])

/** Commits without end; resolves when the connection is lost. Rejects with what else goes wrong. */
export const runWriter = async (client: Client, writer: Writer): Promise<void> => {
  const { progress } = writer
  let isLost = false
  client.on('error', () => {
    isLost = true
  })
  client.on('end', () => {
    isLost = true
  })
  while (!isLost) {
    progress.begun = progress.acknowledged + 1
    try {
      await WORK[writer.kind](client, writer, progress.begun)
    } catch (error) {
      const { code } = error as { code?: string }
      // Errors of the server have a five-character SQLSTATE; anything else is the lost connection.
      if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) throw error
      return
    }
    progress.acknowledged = progress.begun
    if (RARE.has(writer.kind)) await sleep(60)
  }
}
