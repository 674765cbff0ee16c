/** Logs statements by their duration (log_min_duration_statement, log_duration) and kind (log_statement). */
import type { SessionSettings } from '../config/session-settings.ts'
import type { Logger } from './logger.ts'

/** What is known of a statement when it ended. */
export interface StatementEvent {
  readonly sql: string
  /** Milliseconds. */
  readonly duration: number
  readonly processId: number
  /** Which of log_statement's classes it belongs to. */
  readonly kind: 'ddl' | 'mod' | 'other'
}

const LOGGED_KINDS: Readonly<Record<string, ReadonlySet<string>>> = {
  none: new Set(),
  ddl: new Set(['ddl']),
  mod: new Set(['ddl', 'mod']),
  all: new Set(['ddl', 'mod', 'other']),
}

export const logStatement = (log: Logger, settings: SessionSettings, event: StatementEvent): void => {
  const threshold = settings.int('log_min_duration_statement')
  const slow = threshold >= 0 && event.duration >= threshold
  const { sql: statement, processId, duration } = event
  if (slow) log.info({ processId, duration, statement }, 'slow statement')
  else if (LOGGED_KINDS[settings.text('log_statement')]?.has(event.kind) === true)
    log.info({ processId, statement }, 'statement')
  if (!slow && settings.bool('log_duration')) log.info({ processId, duration }, 'duration')
}
