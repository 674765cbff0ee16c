/** Sub-commands on the command line. */
import { expect, test } from 'vitest'
import { parseCommandLine } from '../../src/config/command-line.ts'

const parse = (...args: string[]) => parseCommandLine(args, {})

test('sub-commands with their options and operands', () => {
  expect(parse('check', 'data')).toEqual({
    action: 'maintenance',
    command: { command: 'check', dataDirectory: 'data' },
  })
  expect(parse('backup', '--port', '6000', 'copy', '--host', 'db', '--user', 'ann')).toEqual({
    action: 'maintenance',
    command: { command: 'backup', host: 'db', port: 6000, user: 'ann', target: 'copy' },
  })
  expect(parse('backup', 'copy')).toMatchObject({ command: { host: '127.0.0.1', port: 5432, user: 'postgres' } })
  expect(parse('restore', 'copy', 'data')).toMatchObject({ command: { source: 'copy', dataDirectory: 'data' } })
})

test.each(['check', 'backup', 'restore'])('%s --help', (command) => {
  expect(parse(command, '--help')).toMatchObject({
    action: 'command-help',
    help: expect.stringContaining(`Usage: tesseradb ${command}`) as string,
  })
})

test.each([
  [['check'], 'check needs DATA-DIR; see tesseradb check --help'],
  [['restore', 'copy'], 'restore needs BACKUP-DIR and DATA-DIR; see tesseradb restore --help'],
  [['backup', '--port', 'x', 'copy'], '--port: "x" is no port number'],
  [['check', '--memory', 'data'], "Unknown option '--memory'"],
])('%j is refused', (args, message) => {
  expect(() => parse(...args)).toThrow(message)
})
