/** Sub-commands that look after data instead of serving it: `check`, `backup`, `restore`. */
import { parseArgs } from 'node:util'
import { commandLineError } from '../errors/raise/settings.ts'

/** A sub-command ready to run. */
export type MaintenanceCommand =
  | { readonly command: 'check'; readonly dataDirectory: string }
  | {
      readonly command: 'backup'
      readonly host: string
      readonly port: number
      readonly user: string
      readonly target: string
    }
  | { readonly command: 'restore'; readonly source: string; readonly dataDirectory: string }

interface CommandDefinition {
  readonly help: string
  readonly options: readonly string[]
  readonly operands: readonly string[]
  make(options: Readonly<Record<string, string | undefined>>, operands: readonly string[]): MaintenanceCommand
}

const CHECK_HELP = `Usage: tesseradb check DATA-DIR

Looks for damage in a data directory while no server runs on it: reads every file and record, compares checksums, and
verifies that catalogs, tables, indexes and constraints agree. What a crash left unfinished is tidied up as by a start
of the server, but not when anything is damaged.

Exit code: 0 nothing found, 1 damage found, 2 the check could not run.
On a running server, SELECT * FROM tesseradb_check() does the same for one database.
`

const BACKUP_HELP = `Usage: tesseradb backup [OPTIONS] TARGET-DIR

Copies all data of a running server, as of one moment, into a new directory on the server's machine. Nobody has to wait.

  --host ADDRESS      address of the server (default 127.0.0.1)
  --port N            its port (default 5432)
  --user NAME         a superuser (default postgres)

Exit code: 0 the backup is complete, 1 it failed.
`

const RESTORE_HELP = `Usage: tesseradb restore BACKUP-DIR DATA-DIR

Verifies a backup and makes a new data directory of it. DATA-DIR must be empty or not there yet.

Exit code: 0 restored, 1 it failed.
`

const COMMANDS: Readonly<Record<MaintenanceCommand['command'], CommandDefinition>> = {
  check: {
    help: CHECK_HELP,
    options: [],
    operands: ['DATA-DIR'],
    make: (_options, [dataDirectory = '']) => ({ command: 'check', dataDirectory }),
  },
  backup: {
    help: BACKUP_HELP,
    options: ['host', 'port', 'user'],
    operands: ['TARGET-DIR'],
    make: ({ host = '127.0.0.1', port = '5432', user = 'postgres' }, [target = '']) => ({
      command: 'backup',
      host,
      port: portNumber(port),
      user,
      target,
    }),
  },
  restore: {
    help: RESTORE_HELP,
    options: [],
    operands: ['BACKUP-DIR', 'DATA-DIR'],
    make: (_options, [source = '', dataDirectory = '']) => ({ command: 'restore', source, dataDirectory }),
  },
}

const portNumber = (text: string): number => {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw commandLineError(`--port: "${text}" is no port number`)
  return port
}

/** The definition of a sub-command, undefined where the arguments begin with none. */
const definitionOf = ([name]: readonly string[]): CommandDefinition | undefined =>
  name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined

export const isMaintenance = (args: readonly string[]): boolean => definitionOf(args) !== undefined

/** Understands a sub-command and its arguments; a text is its help. Throws SqlError for the person who typed it. */
export const parseMaintenance = (args: readonly string[]): MaintenanceCommand | string => {
  const definition = definitionOf(args) as CommandDefinition
  const options = Object.fromEntries(definition.options.map((name) => [name, { type: 'string' }] as const))
  const { values, positionals } = parse(args.slice(1), { ...options, help: { type: 'boolean', short: 'h' } })
  const { help, ...given } = values
  if (help === true) return definition.help
  if (positionals.length !== definition.operands.length) {
    throw commandLineError(`${args[0]} needs ${definition.operands.join(' and ')}; see tesseradb ${args[0]} --help`)
  }
  return definition.make(given as Record<string, string | undefined>, positionals)
}

const parse = (args: readonly string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw commandLineError((error as Error).message)
  }
}
