/**
 * The server's own configuration from its command line, the environment (TESSERADB_*) and a configuration file. The
 * command line wins over the environment, the environment over the file.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { commandLineError, configurationFileUnreadable } from '../errors/raise/settings.ts'
import { SqlError } from '../errors/sql-error.ts'
import { parseConfigFile } from './config-file.ts'
import { isMaintenance, type MaintenanceCommand, parseMaintenance } from './maintenance-commands.ts'
import { ServerSettings } from './server-settings.ts'
import type { SettingSource } from './setting.ts'

/** The version of this program, as package.json has it. */
export const PROGRAM_VERSION = '0.1.0'

/** What is needed before any setting is: how to start. */
export interface ServerConfig {
  readonly settings: ServerSettings
  /** Null: everything in memory, nothing is kept. */
  readonly dataDirectory: string | null
}

export type CommandLine =
  | { readonly action: 'help' | 'version' }
  | { readonly action: 'maintenance'; readonly command: MaintenanceCommand }
  | { readonly action: 'command-help'; readonly help: string }
  | { readonly action: 'start'; readonly config: ServerConfig }

export const HELP = `TesseraDB ${PROGRAM_VERSION}: a relational database server that speaks the PostgreSQL protocol

Usage: tesseradb [OPTIONS]
       tesseradb check DATA-DIR
       tesseradb backup [OPTIONS] TARGET-DIR
       tesseradb restore BACKUP-DIR DATA-DIR

  --port N            TCP port (default 5432; 0 lets the system choose)
  --host ADDRESS      address to listen on (default 127.0.0.1)
  --data-dir DIR      where the data is (default ./data)
  --memory            keep everything in memory, write nothing to disk
  --config FILE       configuration file in the form of postgresql.conf
  --set NAME=VALUE    any setting, e.g. --set work_mem=64MB (may be repeated)
  --help, --version   (each command has its own --help)

Environment: TESSERADB_PORT, TESSERADB_HOST, TESSERADB_DATA_DIR, TESSERADB_MEMORY, TESSERADB_CONFIG, and
TESSERADB_SET_<NAME> for any setting, e.g. TESSERADB_SET_WORK_MEM=64MB.
`

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  memory: { type: 'boolean' },
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** Options of the command line whose value is a setting. */
const SHORTHANDS = { port: 'port', host: 'listen_addresses', 'data-dir': 'data_directory' } as const

/** Understands the arguments (without program names). Throws SqlError with a message for the person who typed them. */
export const parseCommandLine = (args: readonly string[], environment: Environment): CommandLine => {
  if (isMaintenance(args)) {
    const command = parseMaintenance(args)
    return typeof command === 'string' ? { action: 'command-help', help: command } : { action: 'maintenance', command }
  }
  const flags = parseFlags(args)
  if (flags.help === true) return { action: 'help' }
  if (flags.version === true) return { action: 'version' }
  const settings = new ServerSettings()
  setSystemTimeZone(settings)
  const configFile = flags.config ?? environment.TESSERADB_CONFIG
  if (configFile !== undefined) applyFile(settings, configFile)
  applyEnvironment(settings, environment)
  for (const [flag, name] of Object.entries(SHORTHANDS)) {
    const value = flags[flag as keyof typeof SHORTHANDS]
    if (value !== undefined) apply(settings, name, value, 'command line', `--${flag}`)
  }
  for (const assignment of flags.set ?? []) {
    const equals = assignment.indexOf('=')
    if (equals < 1) throw commandLineError(`--set needs NAME=VALUE, not "${assignment}"`)
    apply(settings, assignment.slice(0, equals), assignment.slice(equals + 1), 'command line', '--set')
  }
  const memory = flags.memory ?? isOn(environment.TESSERADB_MEMORY)
  return { action: 'start', config: { settings, dataDirectory: memory ? null : settings.text('data_directory') } }
}

const parseFlags = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values
  } catch (error) {
    throw commandLineError((error as Error).message)
  }
}

const applyFile = (settings: ServerSettings, fileName: string): void => {
  let text: string
  try {
    text = readFileSync(fileName, 'utf8')
  } catch (error) {
    throw configurationFileUnreadable(fileName, (error as Error).message)
  }
  settings.set('config_file', fileName, 'command line')
  for (const { name, value, line } of parseConfigFile(text, fileName)) {
    apply(settings, name, value, 'configuration file', `${fileName}, line ${line}`)
  }
}

const ENVIRONMENT_SHORTHANDS: Readonly<Record<string, string>> = {
  TESSERADB_PORT: 'port',
  TESSERADB_HOST: 'listen_addresses',
  TESSERADB_DATA_DIR: 'data_directory',
}

const applyEnvironment = (settings: ServerSettings, environment: Environment): void => {
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined) continue
    const name = ENVIRONMENT_SHORTHANDS[variable] ?? /^TESSERADB_SET_(.+)$/.exec(variable)?.[1]?.toLowerCase()
    if (name !== undefined) apply(settings, name, value, 'environment variable', variable)
  }
}

/** Sets one value; an error says where the value stands. */
const apply = (settings: ServerSettings, name: string, value: string, source: SettingSource, place: string): void => {
  // Port 0 is no value of the setting, but the usual way to ask for any free port.
  if (name === 'port' && value === '0') {
    settings.choosePort()
    return
  }
  try {
    settings.set(name, value, source)
  } catch (error) {
    if (error instanceof SqlError) throw commandLineError(`${place}: ${error.message}`, error.fields)
    throw error
  }
}

/** As a new PostgreSQL cluster does, sessions start in the machine's time zone. */
const setSystemTimeZone = (settings: ServerSettings): void => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  settings.set('TimeZone', zone, 'environment variable')
  settings.set('log_timezone', zone, 'environment variable')
}

const isOn = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'
