/** What PostgreSQL and TesseraDB share: a client that speaks the protocol. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { from } from 'pg-copy-streams'
import type { Target } from './target.ts'

interface ServerOptions {
  readonly name: string
  readonly address: { readonly host: string; readonly port: number; readonly user: string }
  /** Stops the server process and removes its data. */
  stop(): Promise<void>
}

/** Text as the server sent it: no time is spent on JavaScript values. */
const AS_TEXT = { getTypeParser: () => (value: string) => value }

export const connectTarget = async ({ name, address, stop }: ServerOptions): Promise<Target> => {
  const client = new Client({ ...address, database: 'postgres' })
  await client.connect()
  const version = await client.query<{ server_version: string }>('SHOW server_version')
  return {
    name,
    description: `${name} (server_version ${version.rows[0]?.server_version ?? '?'})`,
    address,
    execute: async (sql) => {
      await client.query(sql)
    },
    load: async (table, file) => {
      const copy = client.query(from(`COPY ${table} FROM STDIN WITH (DELIMITER '|')`))
      await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy)
    },
    query: async (text) => {
      const { rows } = await client.query({ text, rowMode: 'array', types: AS_TEXT })
      return rows
    },
    close: async () => {
      await client.end()
      await stop()
    },
  }
}
