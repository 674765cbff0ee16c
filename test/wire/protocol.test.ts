/** Conversations with the server, message by message. Expected errors are those of PostgreSQL 15. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RawClient, bytes, message, packet, report, send, startServer, startup, types, values } from './client.ts'

let running: Awaited<ReturnType<typeof startServer>>
const clients: RawClient[] = []

const open = (): RawClient => {
  const client = new RawClient(running.port)
  clients.push(client)
  return client
}
const started = async (): Promise<RawClient> => {
  const client = open()
  await client.start()
  return client
}
const lastSession = () => running.engine.sessions.at(-1) as (typeof running.engine.sessions)[number]

beforeAll(async () => {
  running = await startServer()
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})
afterAll(() => running.server.close())

describe('start-up', () => {
  test('answers with settings, key and readiness', async () => {
    const received = await open().start({ database: 'd', application_name: 'a' })
    expect(types(received)).toBe('RSSSKZ')
    expect(received[1]?.body.toString()).toBe('server_version\u000015.8\0')
    expect(lastSession().calls[0]).toBe('connect {"user":"tester","database":"d","application_name":"a"}')
  })

  test('sessions open while tables are being read; their statements wait', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    running.engine.recovered = promise
    const client = await started()
    let isAnswered = false
    const answered = client.write(send.query('')).until('Z')
    void answered.then(() => (isAnswered = true))
    running.engine.recovered = Promise.resolve()
    await (await started()).write(send.query('')).until('Z')
    const wasAnswered = isAnswered
    resolve()
    expect(types(await answered)).toBe('IZ')
    expect(wasAnswered).toBe(false)
  })

  test('declines encryption, then goes on', async () => {
    const client = open().write(packet(80877103))
    expect((await client.raw(1)).toString()).toBe('N')
    expect((await client.write(packet(80877104)).raw(1)).toString()).toBe('N')
    expect(types(await client.start())).toBe('RSSSKZ')
  })

  test('expands options; settings of their own win', async () => {
    await open().start({ options: '-c work_mem=64MB --enable-sort=off -csearch_path=a\\ b', work_mem: '1MB' })
    expect(lastSession().calls[0]).toBe(
      'connect {"work_mem":"1MB","enable_sort":"off","search_path":"a b","user":"tester","database":"tester"}',
    )
  })

  test('negotiates newer minor versions and unknown protocol options', async () => {
    const received = await open()
      .write(startup({ '_pq_.foo': '1' }, 196610))
      .until('Z')
    expect(types(received)).toBe('vRSSSKZ')
    expect(received[0]?.body).toEqual(bytes(Buffer.of(0, 3, 0, 0, 0, 0, 0, 1), '_pq_.foo\0'))
  })

  test.each([
    [startup({}, (4 << 16) | 1), '0A000', 'unsupported frontend protocol 4.1: server supports 3.0 to 3.0'],
    [packet(196608, 'database\0d\0', 0), '28000', 'no PostgreSQL user name specified in startup packet'],
    [packet(196608), '08P01', 'invalid startup packet layout: expected terminator as last byte'],
    [Buffer.from([0, 0, 0, 5, 1]), '08P01', 'invalid length of startup packet'],
    [startup({ options: '-x foo' }), '42601', 'invalid command-line argument for server process: -x'],
    [startup({ database: 'absent' }), '3D000', 'database "absent" does not exist'],
  ])('refuses %#', async (first, code, text) => {
    const received = await open().write(first).rest()
    expect(types(received)).toBe('E')
    expect(report(received[0])).toMatchObject({ S: 'FATAL', V: 'FATAL', C: code, M: text })
  })

  test('a request cancels the statement of its session', async () => {
    const client = await started()
    client.write(send.query('wait'))
    const session = lastSession()
    const cancel = open().write(packet(80877102, Buffer.from([0, 0, 0, session.processId, 0, 0, 0x12, 0x67])))
    expect(await cancel.rest()).toEqual([])
    const received = await client.until('Z')
    expect(report(received[0])).toMatchObject({ S: 'ERROR', C: '57014' })
  })

  test('the same bytes one at a time mean the same', async () => {
    const client = open()
    const all = Buffer.concat([startup(), send.query('rows 2; notice hello'), send.terminate()])
    for (let i = 0; i < all.length; i++) {
      client.write(all.subarray(i, i + 1))
      if (i % 16 === 0) await new Promise(setImmediate)
    }
    expect(types(await client.rest())).toBe('RSSSKZTDDCNCZ')
  })
})

describe('simple queries', () => {
  test('rows, tags and readiness', async () => {
    const client = await started()
    const received = await client.write(send.query('rows 3; begin')).until('Z')
    expect(types(received)).toBe('TDDDCCZ')
    expect(received.slice(1, 4).map(values)).toEqual([
      ['0', 'row 0'],
      ['1', 'row 1'],
      ['2', null],
    ])
    expect(received[0]?.body.toString('latin1')).toBe(
      '\0\x02n\0\0\0@\0\0\x01\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0label\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0',
    )
    expect(received.at(-1)?.body.toString()).toBe('T')
  })

  test('an empty text', async () => {
    expect(types(await (await started()).write(send.query(' ; ')).until('Z'))).toBe('IZ')
  })

  test('errors carry every field', async () => {
    const received = await (await started()).write(send.query('begin; error; rows 1')).until('Z')
    expect(types(received)).toBe('CEZ')
    expect(report(received[1])).toEqual({
      S: 'ERROR',
      V: 'ERROR',
      C: '22012',
      M: 'division by zero',
      D: 'detail',
      H: 'hint',
      P: '8',
      p: '3',
      q: 'q',
      W: 'context',
      s: 's',
      t: 't',
      c: 'c',
      d: 'd',
      n: 'n',
    })
    expect(received[2]?.body.toString()).toBe('E')
  })

  test('a mistake of ours is XX000 and logged, and the session lives', async () => {
    const client = await started()
    const received = await client.write(send.query('crash'), send.query('rows 1')).until('Z')
    expect(report(received[0])).toMatchObject({ S: 'ERROR', C: 'XX000', M: 'a mistake' })
    expect(types(await client.until('Z'))).toBe('TDCZ')
    expect(running.failures).toContain('internal error: a mistake')
  })

  test('a statement too deep for the stack is 54001', async () => {
    const received = await (await started()).write(send.query('deep')).until('Z')
    expect(report(received[0])).toMatchObject({ S: 'ERROR', C: '54001', M: 'stack depth limit exceeded' })
  })

  test('FATAL ends the connection', async () => {
    const received = await (await started()).write(send.query('fatal'), send.query('rows 1')).rest()
    expect(types(received)).toBe('E')
    expect(report(received[0])).toMatchObject({ S: 'FATAL', C: '57P04' })
  })

  test('reported settings come once, before readiness, when they differ', async () => {
    const client = await started()
    const received = await client.write(send.query('set TimeZone a; set TimeZone b')).until('Z')
    expect(types(received)).toBe('CCSZ')
    expect(received[2]?.body.toString()).toBe('TimeZone\0b\0')
    expect(types(await client.write(send.query('set TimeZone a; set TimeZone b')).until('Z'))).toBe('CCZ')
  })

  test('notifications wait for the end of the transaction, and come unasked when idle', async () => {
    const client = await started()
    expect(types(await client.write(send.query('begin; notify c p')).until('Z'))).toBe('CCZ')
    const received = await client.write(send.query('commit')).until('Z')
    expect(types(received)).toBe('CAZ')
    expect(received[1]?.body.subarray(4).toString()).toBe('c\0p\0')
    const session = lastSession()
    session.events.notification(1, 'x', '')
    expect(types(await client.until('A'))).toBe('A')
  })

  test('the function call message is refused, and readiness follows', async () => {
    const received = await (await started()).write(message('F', 0, 0, 0, 1)).until('Z')
    expect(types(received)).toBe('EZ')
  })
})

describe('extended queries', () => {
  const prepared = [send.parse('s', 'rows 5', [23]), send.bind('p', 's', ['1', null], [1, 0])]

  test('parse, bind, describe, execute in portions, close', async () => {
    const client = await started()
    client.write(...prepared, send.describe('S', 's'), send.describe('P', 'p'), send.execute('p', 3), send.execute('p'))
    client.write(send.close('P', 'p'), send.close('S', 's'), send.sync())
    const received = await client.until('Z')
    expect(types(received)).toBe('12tTTDDDsDDC33Z')
    expect(received[2]?.body).toEqual(Buffer.from([0, 1, 0, 0, 0, 23]))
    expect(received[5]?.body.subarray(0, 10)).toEqual(Buffer.from([0, 2, 0, 0, 0, 4, 0, 0, 0, 0]))
    expect(received[11]?.body.toString()).toBe('SELECT 2\0')
  })

  test('no rows, no data', async () => {
    const client = await started()
    client.write(send.parse('', 'begin'), send.bind('', ''), send.describe('P', ''), send.execute(''), send.sync())
    expect(types(await client.until('Z'))).toBe('12nCZ')
  })

  test('Flush sends what is there', async () => {
    const client = await started()
    expect(types(await client.write(...prepared, send.flush()).until('2'))).toBe('12')
  })

  test('after an error everything up to Sync is skipped', async () => {
    const client = await started()
    client.write(send.parse('', 'error'), send.bind('', ''), send.query('rows 1'), send.execute(''), send.sync())
    client.write(...prepared, send.sync())
    expect(types(await client.until('Z'))).toBe('EZ')
    expect(types(await client.until('Z'))).toBe('12Z')
    expect(lastSession().calls).toContain('fail')
  })

  test('pipelined batches are answered in order', async () => {
    const client = await started()
    for (let i = 0; i < 200; i++)
      client.write(send.parse('', `rows ${i % 3}`), send.bind('', ''), send.execute(''), send.sync())
    for (let i = 0; i < 200; i++) expect(types(await client.until('Z'))).toBe(`12${'D'.repeat(i % 3)}CZ`)
  })

  test.each([
    [message('D', 'Xfoo\0'), '08P01', 'invalid DESCRIBE message subtype 88'],
    [message('C', 'Xfoo\0'), '08P01', 'invalid CLOSE message subtype 88'],
    [message('E', 'foo\0'), '08P01', 'insufficient data left in message'],
    [message('B', '\0foo\0\0'), '08P01', 'insufficient data left in message'],
    [send.describe('S', 'foo'), '26000', 'prepared statement "foo" does not exist'],
    [message('P', '\0rows'), '08P01', 'invalid string in message'],
  ])('a broken body is an error of that message only %#', async (broken, code, text) => {
    const client = await started()
    const received = await client.write(broken, send.sync(), send.query('rows 1')).until('Z')
    expect(types(received)).toBe('EZ')
    expect(report(received[0])).toMatchObject({ S: 'ERROR', C: code, M: text })
    expect(types(await client.until('Z'))).toBe('TDCZ')
  })
})

describe('broken framing', () => {
  test.each([
    [Buffer.from([122, 0, 0, 0, 4]), 'invalid frontend message type 122'],
    [Buffer.from([81, 0, 0, 0, 2]), 'invalid message length'],
    [Buffer.from([81, 0x7f, 0xff, 0xff, 0xff]), 'invalid message length'],
    [message('S', 'x'.repeat(20_000)), 'invalid message length'],
  ])('ends that connection only %#', async (broken, text) => {
    const other = await started()
    const received = await (await started()).write(broken).rest()
    expect(report(received[0])).toMatchObject({ S: 'FATAL', C: '08P01', M: text })
    expect(types(await other.write(send.query('rows 1')).until('Z'))).toBe('TDCZ')
  })

  test('text that is not UTF-8', async () => {
    const client = await started()
    const received = await client.write(message('Q', 'rows ', 0xff, 0)).until('Z')
    expect(report(received[0])).toMatchObject({ C: '22021', M: 'invalid byte sequence for encoding "UTF8": 0xff' })
  })
})

describe('COPY', () => {
  const data = (text: string): Buffer => message('d', text)

  test('from the client', async () => {
    const client = await started()
    client.write(send.query('copy in; rows 1'))
    const begun = await client.until('G')
    expect(begun[0]?.body).toEqual(Buffer.from([0, 0, 2, 0, 0, 0, 0]))
    client.write(data('1\ta\n'), message('H'), data('2\tb\n'), message('c'))
    expect(types(await client.until('Z'))).toBe('CTDCZ')
    expect(lastSession().copied).toEqual(['1\ta\n2\tb\n'])
  })

  test('the client gives up', async () => {
    const client = await started()
    const received = await client.write(send.query('copy in'), data('1'), message('f', 'why\0')).until('Z')
    expect(types(received)).toBe('GEZ')
    expect(report(received[1])).toMatchObject({ C: '57014', M: 'COPY from stdin failed: why' })
  })

  test('the server gives up: data still on its way is dropped', async () => {
    const client = await started()
    client.write(send.query('copy in'), data('bad'), data('2'), message('c'), send.query('rows 1'))
    expect(types(await client.until('Z'))).toBe('GEZ')
    expect(types(await client.until('Z'))).toBe('TDCZ')
  })

  test('another message in the middle ends the connection', async () => {
    const client = await started()
    const received = await client.write(send.query('copy in'), send.query('rows 1')).rest()
    expect(types(received)).toBe('GEE')
    expect(report(received[1])).toMatchObject({ C: '08P01', M: 'unexpected message type 0x51 during COPY from stdin' })
    expect(report(received[2])).toMatchObject({
      S: 'FATAL',
      M: 'terminating connection because protocol synchronization was lost',
    })
  })

  test('to the client', async () => {
    const received = await (await started()).write(send.query('copy out 2')).until('Z')
    expect(types(received)).toBe('HddcCZ')
    expect(received[1]?.body.toString()).toBe('0\tx\n')
  })

  test('in the extended protocol', async () => {
    const client = await started()
    client.write(send.parse('', 'copy in'), send.bind('', ''), send.execute(''), send.sync(), data('1'), message('c'))
    client.write(send.sync())
    expect(types(await client.until('Z'))).toBe('12GCZ')
  })
})

describe('limits', () => {
  test('a client that does not read stops the query, not the memory', async () => {
    const client = await started()
    client.socket.pause()
    client.write(send.query('rows 1000000'))
    const session = lastSession()
    while (!session.calls.includes('waited')) await new Promise((resolve) => setTimeout(resolve, 5))
    client.socket.resume()
    let rows = 0
    for (;;) {
      const next = await client.next()
      if (next?.type === 'D') rows++
      if (next === null || next.type === 'Z') break
    }
    expect(rows).toBe(1_000_000)
  })

  test('a client that goes away ends its session', async () => {
    const client = await started()
    const session = lastSession()
    client.close()
    while (!session.calls.includes('close')) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(session.calls.at(-1)).toBe('close')
  })

  test('too many connections', async () => {
    const small = await startServer({ maxConnections: 1 })
    const first = new RawClient(small.port)
    await first.start()
    const second = new RawClient(small.port)
    const received = await second.write(startup()).rest()
    expect(report(received[0])).toMatchObject({ S: 'FATAL', C: '53300', M: 'sorry, too many clients already' })
    first.close()
    await small.server.close()
  })

  test('a client that does not log in', async () => {
    const hasty = await startServer({ authenticationTimeout: 20 })
    const received = await new RawClient(hasty.port).rest()
    expect(report(received[0])).toMatchObject({ S: 'FATAL', M: 'canceling authentication due to timeout' })
    await hasty.server.close()
  })

  test('shutdown tells every client, and cancels what runs', async () => {
    const server = await startServer()
    const idle = new RawClient(server.port)
    await idle.start()
    const busy = new RawClient(server.port)
    await busy.start()
    busy.write(send.query('wait'))
    busy.write(send.flush())
    await new Promise((resolve) => setTimeout(resolve, 20))
    const closed = server.server.close()
    for (const client of [idle, busy]) {
      expect(report((await client.rest()).at(-1))).toMatchObject({
        S: 'FATAL',
        C: '57P01',
        M: 'terminating connection due to administrator command',
      })
    }
    await closed
  })
})
