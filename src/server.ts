/** The server in its process: opens the engine, listens, logs what nobody caught, and shuts down in order. */
import { flushCompileCache } from 'node:module'
import type { ServerConfig } from './config/command-line.ts'
import { openLog } from './observe/logger.ts'
import type { Logger } from './observe/logger.ts'
import { beginEngine } from './session/engine.ts'
import type { OpeningRecords } from './storage/open-records.ts'
import { WireServer } from './wire/server.ts'

/** Milliseconds that open sessions get to end before the engine closes all the same. */
const SHUTDOWN_PATIENCE = 10_000

/** Milliseconds from the start until compiled code is written to the cache. */
const COMPILE_CACHE_DELAY = 5000

/**
 * Starts the server; resolves when it listens. `opening`: that of the data directory's records, which has begun already.
 * Throws what opening them throws, and the system's errors when it cannot listen.
 */
export const startServer = async (
  { settings, dataDirectory }: ServerConfig,
  opening: OpeningRecords | undefined,
): Promise<void> => {
  const logger = openLog(settings.text('log_min_messages'))
  keepAlive(logger)
  const engine = await beginEngine({ dataDirectory, settings, logger, opening })
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
    throw error
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
  try {
    await engine.recovered
  } catch (error) {
    await wire.close()
    await engine.shutdown('fast')
    throw error
  }
  // What was compiled is kept for the next start even if this process is killed.
  setTimeout(flushCompileCache, COMPILE_CACHE_DELAY).unref()
}

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
