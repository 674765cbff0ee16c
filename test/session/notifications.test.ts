/** LISTEN and NOTIFY between sessions: what arrives, where, in which order and when. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Client, Notification } from 'pg'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let sender: Client
let listener: Client
let received: Notification[] = []

beforeAll(async () => {
  server = await startServer()
  sender = await server.connect()
  listener = await server.connect()
  listener.on('notification', (message) => received.push(message))
})
afterAll(() => server.close())

beforeEach(async () => {
  await listener.query('UNLISTEN *')
  await listener.query('LISTEN news')
  received = []
})

/** What the listener has by now, as channel:payload. */
const arrived = async (): Promise<string[]> => {
  await listener.query('SELECT 1')
  return received.map(({ channel, payload }) => `${channel}:${payload}`)
}

test('a committed message arrives at an idle session, with its sender', async () => {
  await sender.query("NOTIFY news, 'hello'")
  await expect.poll(() => received.length).toBe(1)
  const { rows } = await sender.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  expect(received[0]).toMatchObject({ channel: 'news', payload: 'hello', processId: rows[0]?.pid })
})

test('nothing arrives of a transaction in progress, rolled back, or of what a savepoint took back', async () => {
  await sender.query('BEGIN')
  await sender.query("NOTIFY news, 'rolled back'")
  expect(await arrived()).toEqual([])
  await sender.query('ROLLBACK')
  await sender.query('BEGIN')
  await sender.query("NOTIFY news, 'first'")
  await sender.query('SAVEPOINT s')
  await sender.query("SELECT pg_notify('news', 'taken back')")
  await sender.query('ROLLBACK TO s')
  await sender.query("NOTIFY news, 'last'")
  expect(await arrived()).toEqual([])
  await sender.query('COMMIT')
  expect(await arrived()).toEqual(['news:first', 'news:last'])
})

test('a transaction sends the same message once, in order', async () => {
  await sender.query(
    "BEGIN; NOTIFY news, '1'; NOTIFY news, '2'; NOTIFY news, '1'; NOTIFY other, '1'; NOTIFY news; COMMIT",
  )
  await sender.query("NOTIFY news, '1'")
  expect(await arrived()).toEqual(['news:1', 'news:2', 'news:', 'news:1'])
})

test('a session in a transaction hears of it afterwards', async () => {
  await listener.query('BEGIN')
  await sender.query("NOTIFY news, 'waits'")
  expect(await arrived()).toEqual([])
  await listener.query('COMMIT')
  expect(await arrived()).toEqual(['news:waits'])
})

test('LISTEN counts from its commit on, for messages of its own transaction too', async () => {
  await listener.query("BEGIN; NOTIFY own, 'before'; LISTEN own; NOTIFY own, 'after'; COMMIT")
  expect(await arrived()).toEqual(['own:before', 'own:after'])
  await listener.query('BEGIN; LISTEN never; ROLLBACK')
  await sender.query('NOTIFY never')
  expect(await arrived()).toEqual(['own:before', 'own:after'])
})

test('a session that has gone hears nothing, and its messages arrive', async () => {
  const gone = await server.connect()
  await gone.query('LISTEN news')
  await gone.query("NOTIFY news, 'farewell'")
  await gone.end()
  await sender.query("NOTIFY news, 'still here'")
  expect(await arrived()).toEqual(['news:farewell', 'news:still here'])
})

test('channels belong to a database', async () => {
  await sender.query('CREATE DATABASE elsewhere')
  const other = await server.connect('elsewhere')
  await other.query("NOTIFY news, 'from elsewhere'")
  expect(await arrived()).toEqual([])
})

test('a transaction that has to do with channels cannot be prepared', async () => {
  await sender.query("BEGIN; NOTIFY news, 'prepared'")
  await expect(sender.query("PREPARE TRANSACTION 'told'")).rejects.toMatchObject({
    code: '0A000',
    message: 'cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY',
  })
  expect(await arrived()).toEqual([])
})
