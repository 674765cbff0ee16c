/**
 * The server process: reads its configuration, opens the engine, listens, and shuts down in order. Exit codes: 0 after
 * a requested shutdown, 1 when it could not start, 2 for a command line that makes no sense.
 */
import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { HELP, PROGRAM_VERSION, parseCommandLine } from './config/command-line.ts'
import type { ServerConfig } from './config/command-line.ts'
import type { MaintenanceCommand } from './config/maintenance-commands.ts'
import { SqlError } from './errors/sql-error.ts'
import { openLog } from './observe/logger.ts'
import type { Logger } from './observe/logger.ts'
import { openEngine } from './session/engine.ts'
import { checkDirectory } from './session/check/check-directory.ts'
import { restoreBackup } from './storage/backup/restore-backup.ts'
import { queryValue } from './wire/query-client.ts'
import { WireServer } from './wire/server.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** Milliseconds that open sessions get to end before the engine closes all the same. */
const SHUTDOWN_PATIENCE = 10_000

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

/** Runs a sub-command; it says on standard output what came of it. */
const maintain = async (command: MaintenanceCommand): Promise<void> => {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  try {
    switch (command.command) {
      case 'check':
        process.exitCode = (await checkDirectory(command.dataDirectory, say)) === 0 ? 0 : EXIT_FAILED
        return
      case 'backup': {
        const { target, ...server } = command
        const literal = resolve(target).replaceAll("'", "''")
        const value = await queryValue({ ...server, database: 'postgres' }, `SELECT tesseradb_backup('${literal}')`)
        say(`backup complete: ${value}`)
        return
      }
      case 'restore': {
        const { files, bytes } = await restoreBackup(command.source, command.dataDirectory)
        say(`restored: ${files} files, ${bytes} bytes`)
      }
    }
  } catch (error) {
    fail(error, command.command === 'check' ? EXIT_USAGE : EXIT_FAILED)
  }
}

const start = async ({ settings, dataDirectory }: ServerConfig): Promise<void> => {
  const logger = openLog(settings.text('log_min_messages'))
  keepAlive(logger)
  let engine: Awaited<ReturnType<typeof openEngine>>
  try {
    engine = await openEngine({ dataDirectory, settings, logger })
  } catch (error) {
    fail(error, EXIT_FAILED)
    return
  }
  engine.parts.storage.watchMemory()
  const host = listenAddress(settings.text('listen_addresses'))
  const wire = new WireServer({
    engine,
    host,
    port: settings.int('port'),
    maxConnections: settings.int('max_connections'),
    authenticationTimeout: settings.int('authentication_timeout') * 1000,
    reportFailure: (error, message) => logger.error({ err: error }, message),
  })
  let port: number
  try {
    port = await wire.listen()
  } catch (error) {
    await engine.shutdown('fast')
    fail(error, EXIT_FAILED)
    return
  }
  settings.setPort(port)
  const shutdown = once(async (signal: string) => {
    logger.info({ signal }, 'shutting down')
    await Promise.race([wire.close(), new Promise((resolve) => setTimeout(resolve, SHUTDOWN_PATIENCE).unref())])
    await engine.shutdown('fast')
    logger.info('shut down')
    process.exit(0)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutdown(signal))
  // The launcher, if it was one that started this process, is gone.
  process.once('disconnect', () => void shutdown('disconnect'))
  logger.info({ host, port, dataDirectory }, `ready to accept connections on ${host}:${port}`)
  // What was compiled is kept for the next start even if this process is killed.
  setTimeout(flushCompileCache, COMPILE_CACHE_DELAY).unref()
}

/** Milliseconds from the start until compiled code is written to the cache. */
const COMPILE_CACHE_DELAY = 5000

/** `*` is every address, as in PostgreSQL; of a list the first counts. */
const listenAddress = (addresses: string): string => {
  const [first = ''] = addresses.split(',').map((address) => address.trim())
  return first === '*' ? '::' : first
}

/** No exception ends the server: what nobody caught is logged. */
const keepAlive = (logger: Logger): void => {
  process.on('uncaughtException', (error) => logger.error({ err: error }, 'uncaught exception'))
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'unhandled rejection'))
}

const once = <A>(action: (argument: A) => Promise<void>): ((argument: A) => Promise<void>) => {
  let running: Promise<void> | null = null
  return (argument) => {
    running ??= action(argument)
    return running
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
