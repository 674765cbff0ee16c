/** Settings of a session: values, messages and transactions as PostgreSQL 15 has them. */
import { describe, expect, test } from 'vitest'
import { ServerSettings } from '../../src/config/server-settings.ts'
import { SessionSettings } from '../../src/config/session-settings.ts'
import { SETTINGS } from '../../src/config/settings/index.ts'
import { SqlError } from '../../src/errors/sql-error.ts'

const session = (): SessionSettings => new SessionSettings(new ServerSettings())

describe('values', () => {
  test.each([
    ['work_mem', '1.5MB', '1536kB'],
    ['work_mem', '0x400', '1MB'],
    ['work_mem', '1e3', '1000kB'],
    ['work_mem', ' 4 MB ', '4MB'],
    ['statement_timeout', '1.5s', '1500ms'],
    ['statement_timeout', '60000', '1min'],
    ['vacuum_cost_delay', '1us', '1us'],
    ['extra_float_digits', '1.7', '2'],
    ['effective_cache_size', '1GB', '1GB'],
    ['cpu_tuple_cost', '1e-7', '1e-07'],
    ['cpu_tuple_cost', '123456789', '1.23457e+08'],
    ['enable_sort', 'of', 'off'],
    ['enable_sort', 'tr', 'on'],
    ['synchronous_commit', 'true', 'on'],
    ['client_min_messages', 'DEBUG', 'debug2'],
    ['client_encoding', 'utf-8', 'UTF8'],
    ['TimeZone', 'europe/berlin', 'Europe/Berlin'],
    ['TimeZone', '5.5', '<+05:30>-05:30'],
    ['TimeZone', '-3', '<-03>+03'],
    ['TimeZone', 'utc', 'UTC'],
    ['TimeZone', 'FOO3BAR', 'FOO3BAR'],
    ['TimeZone', '<+05>-05', '<+05>-05'],
    ['DateStyle', 'german', 'German, DMY'],
    ['DateStyle', 'iso, ymd, iso', 'ISO, YMD'],
    ['DateStyle', 'postgresql, european', 'Postgres, DMY'],
    ['datestyle', 'dmy', 'ISO, DMY'],
    ['application_name', 'h\u00f6h', 'h??h'],
    ['my.own', 'x', 'x'],
  ])('SET %s = %j shows %j', (name, text, shown) => {
    const settings = session()
    expect(settings.set(name, text)).toBe(shown)
    expect(settings.show(name)).toBe(shown)
  })

  test.each([
    ['work_mem', '1kB', '22023', '1 kB is outside the valid range for parameter "work_mem" (64 .. 2147483647)', ''],
    ['work_mem', 'abc', '22023', 'invalid value for parameter "work_mem": "abc"', ''],
    [
      'work_mem',
      '5 foo',
      '22023',
      'invalid value for parameter "work_mem": "5 foo"',
      'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".',
    ],
    [
      'statement_timeout',
      '3000000000',
      '22023',
      'invalid value for parameter "statement_timeout": "3000000000"',
      'Value exceeds integer range.',
    ],
    [
      'statement_timeout',
      '-1s',
      '22023',
      '-1000 ms is outside the valid range for parameter "statement_timeout" (0 .. 2147483647)',
      '',
    ],
    [
      'random_page_cost',
      '-1',
      '22023',
      '-1 is outside the valid range for parameter "random_page_cost" (0 .. 1.79769e+308)',
      '',
    ],
    [
      'temp_buffers',
      '1',
      '22023',
      '1 8kB is outside the valid range for parameter "temp_buffers" (100 .. 1073741823)',
      '',
    ],
    ['enable_sort', 'o', '22023', 'parameter "enable_sort" requires a Boolean value', ''],
    [
      'bytea_output',
      'foo',
      '22023',
      'invalid value for parameter "bytea_output": "foo"',
      'Available values: escape, hex.',
    ],
    ['TimeZone', 'foo', '22023', 'invalid value for parameter "TimeZone": "foo"', ''],
    ['foo', '1', '42704', 'unrecognized configuration parameter "foo"', ''],
    ['a.1', '1', '42602', 'invalid configuration parameter name "a.1"', ''],
    ['tesseradb.foo', '1', '42602', 'invalid configuration parameter name "tesseradb.foo"', ''],
    ['port', '1', '55P02', 'parameter "port" cannot be changed without restarting the server', ''],
    ['server_version', '1', '55P02', 'parameter "server_version" cannot be changed', ''],
    ['max_wal_size', '1', '55P02', 'parameter "max_wal_size" cannot be changed now', ''],
    ['log_connections', 'on', '55P02', 'parameter "log_connections" cannot be set after connection start', ''],
  ])('SET %s = %j fails', (name, text, code, message, hint) => {
    let caught: unknown
    try {
      session().set(name, text)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SqlError)
    const { code: actual, message: text2, fields } = caught as SqlError
    expect([actual, text2, fields.hint ?? '']).toEqual([code, message, hint])
  })

  test('the detail of a wrong DateStyle', () => {
    const details = ['iso, sql', 'foo'].map((text) => {
      try {
        return session().set('datestyle', text)
      } catch (error) {
        return (error as SqlError).fields.detail
      }
    })
    expect(details).toEqual(['Conflicting "datestyle" specifications.', 'Unrecognized key word: "foo".'])
  })

  test('superusers only', () => {
    expect(() => session().set('lc_messages', 'C', { superuser: false })).toThrow(
      'permission denied to set parameter "lc_messages"',
    )
  })
})

describe('transactions', () => {
  test('a rollback undoes, a commit keeps', () => {
    const settings = session()
    settings.set('work_mem', '1MB')
    settings.pushLevel()
    settings.set('work_mem', '2MB')
    settings.rollbackLevel()
    expect(settings.show('work_mem')).toBe('1MB')
    settings.pushLevel()
    settings.set('work_mem', '3MB')
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('3MB')
    expect(settings.depth).toBe(0)
  })

  test('SET LOCAL ends with the transaction, and uncovers an earlier SET', () => {
    const settings = session()
    settings.pushLevel()
    settings.set('work_mem', '1MB', { local: true })
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('4MB')
    settings.pushLevel()
    settings.set('work_mem', '2MB')
    settings.set('work_mem', '1MB', { local: true })
    expect(settings.show('work_mem')).toBe('1MB')
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('2MB')
  })

  test('SET after SET LOCAL stays', () => {
    const settings = session()
    settings.pushLevel()
    settings.set('work_mem', '1MB', { local: true })
    settings.set('work_mem', '2MB')
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('2MB')
  })

  test('savepoints', () => {
    const settings = session()
    settings.pushLevel()
    settings.set('work_mem', '1MB')
    settings.pushLevel()
    settings.set('work_mem', '2MB', { local: true })
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('2MB')
    settings.pushLevel()
    settings.set('work_mem', '3MB')
    settings.rollbackLevel()
    expect(settings.show('work_mem')).toBe('2MB')
    settings.commitLevel()
    expect(settings.show('work_mem')).toBe('1MB')
  })

  test('listeners hear of changes and of their end', () => {
    const settings = session()
    const heard: string[] = []
    settings.onChange((record, _value, shown) => heard.push(`${record.name}=${shown}`))
    settings.pushLevel()
    settings.set('timezone', 'UTC')
    settings.set('datestyle', 'sql')
    settings.rollbackLevel()
    expect(heard).toEqual(['TimeZone=UTC', 'DateStyle=SQL, MDY', 'TimeZone=UTC', 'DateStyle=ISO, MDY'])
  })
})

describe('defaults', () => {
  test('RESET goes back to what the session started with', () => {
    const server = new ServerSettings()
    server.set('work_mem', '8MB', 'configuration file')
    const settings = new SessionSettings(server)
    expect(settings.show('work_mem')).toBe('8MB')
    settings.setDefault('statement_timeout', '5s', 'client', false)
    settings.set('work_mem', '1MB')
    settings.set('statement_timeout', '1s')
    settings.reset('work_mem')
    settings.resetAll()
    expect([settings.show('work_mem'), settings.show('statement_timeout')]).toEqual(['8MB', '5s'])
  })

  test('backend settings are taken at start-up', () => {
    const settings = session()
    settings.setDefault('log_connections', 'on', 'client', true)
    expect(settings.bool('log_connections')).toBe(true)
  })

  test('what clients are told at start-up', () => {
    expect([...session().reported().keys()]).toEqual([
      'application_name',
      'client_encoding',
      'DateStyle',
      'default_transaction_read_only',
      'in_hot_standby',
      'integer_datetimes',
      'IntervalStyle',
      'is_superuser',
      'server_encoding',
      'server_version',
      'session_authorization',
      'standard_conforming_strings',
      'TimeZone',
    ])
  })

  test('SHOW ALL leaves out what is state', () => {
    const names = session()
      .list()
      .map(({ record }) => record.name)
    expect(names).toContain('work_mem')
    expect(names).not.toContain('role')
  })
})

test('every record is complete and its default valid', () => {
  const names = new Set(SETTINGS.map(({ name }) => name.toLowerCase()))
  expect(names.size).toBe(SETTINGS.length)
  expect(SETTINGS.length).toBeGreaterThan(150)
  for (const record of SETTINGS) {
    expect(record.description).not.toBe('')
    if (record.type === 'enum') expect(record.values).toContain(record.boot)
    if ('min' in record) expect(record.boot >= record.min && record.boot <= record.max).toBe(true)
    if (record.type === 'string' && record.check !== undefined)
      expect(record.check(record.boot, record.boot)).toBe(record.boot)
  }
})
