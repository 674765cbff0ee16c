/** A session; that its connection is lost is told by the statement that misses it. */
import { Client } from 'pg'

export const connectTo = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
