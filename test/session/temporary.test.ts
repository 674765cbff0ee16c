/** Temporary tables: seen by their session only, gone with it. */
import { expect, test } from 'vitest'
import { startServer } from './server.ts'

test('temporary tables end with their session', async () => {
  const server = await startServer()
  try {
    const [a, b] = [await server.connect(), await server.connect()]
    await a.query('CREATE TEMP TABLE scratch (n int PRIMARY KEY); INSERT INTO scratch VALUES (1), (2)')
    expect((await a.query('SELECT sum(n)::int AS n FROM scratch')).rows).toEqual([{ n: 3 }])
    await expect(b.query('SELECT * FROM scratch')).rejects.toMatchObject({ code: '42P01' })
    const named = `SELECT count(*)::int AS n FROM pg_class WHERE relname = 'scratch'`
    expect((await b.query(named)).rows).toEqual([{ n: 1 }])
    await a.end()
    for (let attempt = 0; attempt < 50; attempt++) {
      if ((await b.query(named)).rows[0].n === 0) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect((await b.query(named)).rows).toEqual([{ n: 0 }])
  } finally {
    await server.close()
  }
})
