/** DuckDB inside this process, with its default number of threads. */
import { DuckDBInstance } from '@duckdb/node-api'
import type { Target } from './target.ts'

export const startDuckdb = async (): Promise<Target> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const [[version, threads] = []] = await rowsOf("SELECT version(), current_setting('threads')")
  return {
    name: 'duckdb',
    description: `duckdb ${String(version)} (in process, ${String(threads)} threads)`,
    address: null,
    execute: async (sql) => {
      await connection.run(sql)
    },
    load: async (table, file) => {
      await connection.run(`COPY ${table} FROM '${file}' (FORMAT csv, DELIMITER '|', HEADER false, QUOTE '')`)
    },
    query: rowsOf,
    close: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
