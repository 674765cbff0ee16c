/**
 * The program: reads the command line, and starts the server or runs a sub-command. Exit codes: 0 after a requested
 * shutdown, 1 when it could not start, 2 for a command line that makes no sense. It imports little itself, so that
 * LevelDB is at work while the server is being loaded.
 */
import { HELP, PROGRAM_VERSION, parseCommandLine } from './config/command-line.ts'
import type { ServerConfig } from './config/command-line.ts'
import type { MaintenanceCommand } from './config/maintenance-commands.ts'
import { SqlError } from './errors/sql-error.ts'
import { beginOpening, storageDirectory } from './storage/open-records.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

const main = async (): Promise<void> => {
  let commandLine: ReturnType<typeof parseCommandLine>
  try {
    commandLine = parseCommandLine(process.argv.slice(2), process.env)
  } catch (error) {
    fail(error, EXIT_USAGE)
    return
  }
  switch (commandLine.action) {
    case 'help':
      process.stdout.write(HELP)
      return
    case 'version':
      process.stdout.write(`tesseradb ${PROGRAM_VERSION}\n`)
      return
    case 'command-help':
      process.stdout.write(commandLine.help)
      return
    case 'maintenance':
      await maintain(commandLine.command)
      return
    case 'start':
      await start(commandLine.config)
  }
}

const maintain = async (command: MaintenanceCommand): Promise<void> => {
  try {
    const maintenance = await import('./maintenance.ts')
    if (!(await maintenance.maintain(command))) process.exitCode = EXIT_FAILED
  } catch (error) {
    fail(error, command.command === 'check' ? EXIT_USAGE : EXIT_FAILED)
  }
}

const start = async (config: ServerConfig): Promise<void> => {
  const { dataDirectory } = config
  // The grammar is WebAssembly, which is compiled in threads of its own.
  const grammar = import('./sql/parse.ts')
  try {
    const opening = dataDirectory === null ? undefined : await beginOpening(storageDirectory(dataDirectory))
    const [server] = await Promise.all([import('./server.ts'), grammar])
    await server.startServer(config, opening)
  } catch (error) {
    fail(error, EXIT_FAILED)
  }
}

/** Says on standard error why the server does not run, and what may be done. */
const fail = (error: unknown, exitCode: number): void => {
  const { message, code } = error as Error & { code?: string }
  const lines = [`tesseradb: ${SYSTEM_ERRORS[code ?? '']?.(message) ?? message}`]
  if (error instanceof SqlError) {
    if (error.fields.detail !== undefined) lines.push(`  detail: ${error.fields.detail}`)
    if (error.fields.hint !== undefined) lines.push(`  hint: ${error.fields.hint}`)
  }
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exitCode = exitCode
}

const SYSTEM_ERRORS: Readonly<Record<string, (message: string) => string>> = {
  EADDRINUSE: (message) => `the port is in use by another program (${message}); choose one with --port`,
  EACCES: (message) => `no permission (${message})`,
  ECONNREFUSED: (message) => `no server answers (${message})`,
  EADDRNOTAVAIL: (message) => `this machine has no such address (${message}); see --host`,
}

await main()
