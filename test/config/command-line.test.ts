/** How the server is told what to do: file, environment, command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCommandLine } from '../../src/config/command-line.ts'
import { parseConfigFile } from '../../src/config/config-file.ts'

let directory: string
let file: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tesseradb-config-'))
  file = join(directory, 'server.conf')
  writeFileSync(file, "# ours\nport = 6000\nwork_mem '8MB' # more\nsearch_path = 'a, b''c'\nmy.own = x\n")
})
afterAll(() => rmSync(directory, { recursive: true }))

const configOf = (args: readonly string[], environment: Record<string, string> = {}) => {
  const commandLine = parseCommandLine(args, environment)
  if (commandLine.action !== 'start') throw new Error(commandLine.action)
  return commandLine.config
}

test('defaults', () => {
  const { settings, dataDirectory } = configOf([])
  expect(dataDirectory).toBe('./data')
  expect([settings.int('port'), settings.text('listen_addresses')]).toEqual([5432, '127.0.0.1'])
})

test('the command line wins over the environment, that over the file', () => {
  const { settings, dataDirectory } = configOf(
    ['--config', file, '--port', '7000', '--data-dir', '/d', '--set', 'enable_sort=off'],
    { TESSERADB_PORT: '6500', TESSERADB_HOST: '::1', TESSERADB_SET_LOCK_TIMEOUT: '2s' },
  )
  expect(dataDirectory).toBe('/d')
  expect(settings.int('port')).toBe(7000)
  expect(settings.text('listen_addresses')).toBe('::1')
  expect(settings.int('work_mem')).toBe(8192)
  expect(settings.text('search_path')).toBe("a, b'c")
  expect(settings.get('enable_sort')).toBe(false)
  expect(settings.int('lock_timeout')).toBe(2000)
  expect(settings.custom('my.own')?.value).toBe('x')
})

test('memory and any port', () => {
  const { settings, dataDirectory } = configOf(['--memory', '--port', '0'])
  expect([dataDirectory, settings.int('port')]).toEqual([null, 0])
  expect(configOf([], { TESSERADB_MEMORY: '1' }).dataDirectory).toBeNull()
})

test('help and version', () => {
  expect(parseCommandLine(['--help'], {}).action).toBe('help')
  expect(parseCommandLine(['-V'], {}).action).toBe('version')
})

test.each([
  [['--port', 'x'], '--port: invalid value for parameter "port": "x"'],
  [['--port', '70000'], '--port: 70000 is outside the valid range for parameter "port" (1 .. 65535)'],
  [['--set', 'nonsense'], '--set needs NAME=VALUE, not "nonsense"'],
  [['--set', 'a=1'], '--set: unrecognized configuration parameter "a"'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['--config', '/nowhere/x.conf'], 'could not open configuration file "/nowhere/x.conf"'],
])('%j is refused', (args, message) => {
  expect(() => configOf(args)).toThrow(message)
})

test('a broken line of the file is named', () => {
  expect(() => parseConfigFile('a = 1\n= 2\n', 'f.conf')).toThrow('syntax error in file "f.conf" line 2, near "= 2"')
})
