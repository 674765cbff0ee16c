/** An engine over given parts and sessions on it without a wire: SQL in, rows out. */
import { pino } from 'pino'
import { ServerSettings } from '../../../src/config/server-settings.ts'
import type { ResultSink, Session } from '../../../src/session/contract.ts'
import { openEngine, type TesseraEngine } from '../../../src/session/engine.ts'
import type { StorageParts } from '../../../src/storage/storage.ts'
import type { Datum } from '../../../src/types/sql-type.ts'

export const openEngineOver = (
  parts: Pick<StorageParts, 'log' | 'segments'>,
  onLog: (message: string) => void = () => {},
): Promise<TesseraEngine> =>
  openEngine({
    dataDirectory: null,
    settings: new ServerSettings(),
    logger: pino({ level: 'info' }, { write: (line: string) => onLog((JSON.parse(line) as { msg: string }).msg) }),
    parts,
  })

export class SqlSession {
  readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  static async open(engine: TesseraEngine, database = 'postgres', user = 'postgres'): Promise<SqlSession> {
    const parameters = new Map([
      ['user', user],
      ['database', database],
    ])
    const events = { notice: () => {}, parameterStatus: () => {}, notification: () => {}, terminate: () => {} }
    return new SqlSession(await engine.connect(parameters, events, { address: '', port: 0 }))
  }

  /** Rows of all statements of a text, as texts; `copy` is what COPY … FROM STDIN reads. */
  async query(sql: string, copy: readonly string[] = []): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = []
    const { formatContext } = this.session
    const sink: ResultSink = {
      rowDescription: () => {},
      rows: (batch, fields) => {
        for (let k = 0; k < batch.count; k++) {
          const row = batch.row(k)
          rows.push(fields.map(({ type }, i) => (row[i] === null ? null : type.format(row[i] as Datum, formatContext))))
        }
      },
      commandComplete: () => {},
      emptyQuery: () => {},
      copyIn: async function* () {
        for (const chunk of copy) yield Buffer.from(chunk)
      },
      copyOutBegin: () => {},
      copyOutData: () => {},
      copyOutEnd: () => {},
    }
    await this.session.query(sql, sink)
    return rows
  }
}
