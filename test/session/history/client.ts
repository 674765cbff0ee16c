/** A session in this process that answers rows as arrays. */
import { pino } from 'pino'
import { ServerSettings } from '../../../src/config/server-settings.ts'
import type { ResultSink, Session } from '../../../src/session/contract.ts'
import { openEngine, type TesseraEngine } from '../../../src/session/engine.ts'
import type { Datum } from '../../../src/types/sql-type.ts'

/** `dataDirectory` null: in memory. */
export const startEngine = (dataDirectory: string | null = null): Promise<TesseraEngine> =>
  openEngine({ dataDirectory, settings: new ServerSettings(), logger: pino({ level: 'silent' }) })

const refuse = (): never => {
  throw new Error('no COPY here')
}

export class SessionClient {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  static async connect(engine: TesseraEngine): Promise<SessionClient> {
    const parameters = new Map([
      ['user', 'postgres'],
      ['database', 'postgres'],
    ])
    const events = { notice: () => {}, parameterStatus: () => {}, notification: () => {}, terminate: () => {} }
    return new SessionClient(await engine.connect(parameters, events, { address: '', port: 0 }))
  }

  get status(): 'I' | 'T' | 'E' {
    return this.#session.transactionStatus
  }

  /** Rows of all statements of the text. Throws SqlError. */
  async query(sql: string): Promise<Datum[][]> {
    const rows: Datum[][] = []
    const sink: ResultSink = {
      rowDescription: () => {},
      rows: (batch) => {
        for (let k = 0; k < batch.count; k++) rows.push(batch.row(k))
      },
      commandComplete: () => {},
      emptyQuery: () => {},
      copyIn: refuse,
      copyOutBegin: refuse,
      copyOutData: refuse,
      copyOutEnd: refuse,
    }
    await this.#session.query(sql, sink)
    return rows
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
