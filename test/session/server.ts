/** A server inside the test process, reached through its wire protocol. */
import { Client } from 'pg'
import { pino } from 'pino'
import { ServerSettings } from '../../src/config/server-settings.ts'
import { openEngine } from '../../src/session/engine.ts'
import { WireServer } from '../../src/wire/server.ts'

export interface TestServer {
  readonly port: number
  connect(database?: string): Promise<Client>
  close(): Promise<void>
}

/** `dataDirectory` null: in memory. */
export const startServer = async (dataDirectory: string | null = null): Promise<TestServer> => {
  const engine = await openEngine({ dataDirectory, settings: new ServerSettings(), logger: pino({ level: 'silent' }) })
  const wire = new WireServer({
    engine,
    host: '127.0.0.1',
    port: 0,
    maxConnections: 100,
    authenticationTimeout: 10_000,
    reportFailure: (error) => {
      throw error
    },
  })
  const port = await wire.listen()
  const clients: Client[] = []
  return {
    port,
    connect: async (database = 'postgres') => {
      const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database })
      await client.connect()
      clients.push(client)
      return client
    },
    close: async () => {
      for (const client of clients) await client.end().catch(() => {})
      await wire.close()
      await engine.shutdown('fast')
    },
  }
}
