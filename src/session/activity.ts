/** What a session is doing, for pg_stat_activity, and how long it may do nothing. */
import { idleInTransactionTimeout, idleSessionTimeout } from '../errors/raise/session.ts'
import type { SessionSettings } from '../config/session-settings.ts'
import { now } from './eval-context.ts'

/** What the idle timers need of their session. */
export interface IdleHost {
  readonly settings: SessionSettings
  /** Whether a transaction is open. */
  inTransaction(): boolean
  /** Ends the session with a FATAL error. */
  terminate(error: Error): void
}

/** Bytes of a UTF-16 unit in UTF-8, at most. */
const MAX_BYTES = 3

export class Activity {
  readonly #host: IdleHost
  /** Text of the running or last statement, cut to track_activity_query_size. */
  query = ''
  /** Microseconds since 2000-01-01; null before the first statement. */
  queryStart: number | null = null
  stateChange = now()
  active = false
  #idleTimer: NodeJS.Timeout | null = null

  constructor(host: IdleHost) {
    this.#host = host
  }

  begin(sql: string): void {
    this.stop()
    const limit = this.#host.settings.int('track_activity_query_size') - 1
    // Cut by bytes, so never more characters than that; a character that was cut in two is left out.
    const cut = sql.length * MAX_BYTES > limit && Buffer.byteLength(sql) > limit
    this.query = cut
      ? Buffer.from(sql)
          .subarray(0, limit)
          .toString('utf8')
          .replace(/\uFFFD$/, '')
      : sql
    this.queryStart = now()
    this.stateChange = this.queryStart
    this.active = true
  }

  /** The client has the turn: the idle timers run. */
  end(): void {
    this.stop()
    this.stateChange = now()
    this.active = false
    const { settings } = this.#host
    const open = this.#host.inTransaction()
    const limit = settings.int(open ? 'idle_in_transaction_session_timeout' : 'idle_session_timeout')
    if (limit === 0) return
    const error = open ? idleInTransactionTimeout() : idleSessionTimeout()
    this.#idleTimer = setTimeout(() => this.#host.terminate(error), limit)
  }

  /** Stops the idle timer. */
  stop(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer)
    this.#idleTimer = null
  }
}
