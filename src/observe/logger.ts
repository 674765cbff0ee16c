/** The server's log: pino, JSON lines, or readable lines on a terminal. */
import { createRequire } from 'node:module'
import { pino } from 'pino'
import type { Logger } from 'pino'

export type { Logger } from 'pino'

/**
 * PostgreSQL's severities as pino levels. LOG messages are always of interest to an administrator, so they are `info`
 * and log_min_messages above `notice` still shows them.
 */
const LEVELS: Readonly<Record<string, string>> = {
  debug5: 'trace',
  debug4: 'trace',
  debug3: 'trace',
  debug2: 'debug',
  debug1: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'info',
  error: 'info',
  log: 'info',
  fatal: 'fatal',
  panic: 'fatal',
}

/** Opens the log on standard error. `minMessages` is log_min_messages. */
export const openLog = (minMessages: string): Logger => {
  const level = LEVELS[minMessages] ?? 'info'
  const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }
  if (!process.stderr.isTTY) return pino(options, pino.destination({ fd: 2, sync: true }))
  // Loaded only where a person reads along; without a worker thread, so that the last lines before an exit appear.
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  return pino(options, pretty({ destination: 2, sync: true, colorize: true, translateTime: 'SYS:HH:MM:ss.l' }))
}
