/** Runs the workload into a fault, opens what is left, and looks whether it is as it must be. */
import type { SqlError } from '../../../src/errors/sql-error.ts'
import type { TesseraEngine } from '../../../src/session/engine.ts'
import { type Fault, FaultyDisk, type Survival } from './faulty-disk.ts'
import { openEngineOver, SqlSession } from './sql.ts'
import { laneWork, preparedIn, stateOf, STEPS } from './workload.ts'

/** What a run without faults does. */
export interface Model {
  /** The state before the first step and after each. */
  readonly states: readonly string[]
  /** Operations on the disk. */
  readonly operations: number
}

export const runModel = async (): Promise<Model> => {
  const disk = new FaultyDisk()
  const engine = await openEngineOver(disk)
  const session = await SqlSession.open(engine)
  const states = [await stateOf(session)]
  for (const { sql, copy, lanes } of STEPS) {
    if (lanes === undefined) await session.query(sql, copy)
    states.push(await stateOf(session))
  }
  return { states, operations: disk.operations.length }
}

/** Runs into one fault; answers what is wrong with the outcome, nothing when it is right. */
export const runFault = async (model: Model, fault: Fault, survival: Survival): Promise<string[]> => {
  const wrong: string[] = []
  const disk = new FaultyDisk(fault)
  const run = new FaultRun(disk, model, wrong)
  await Promise.race([run.work(), disk.powerLoss])
  const left = await disk.afterwards(survival)
  const engine = await openEngineOver(left)
  const session = await SqlSession.open(engine)
  const state = await stateOf(session)
  const possible = model.states.slice(run.durable, run.begun + 1)
  if (!possible.includes(state)) {
    const which = model.states.indexOf(state)
    const found = which >= 0 ? `the state after step ${which}` : `another state: ${state}`
    wrong.push(`between states ${run.durable} and ${run.begun} one was expected, but there is ${found}`)
  }
  if (state.includes('lane')) await expectLanes(session, run, wrong)
  await expectClean(session, wrong)
  for (const gid of await preparedIn(session)) await session.query(`COMMIT PREPARED '${gid}'`)
  await goOn(engine, session, left, run.lastTicket, wrong)
  return wrong
}

/** Sessions that committed at the same time: each is there wholly or not at all, and those that were told so are. */
const expectLanes = async (session: SqlSession, run: FaultRun, wrong: string[]): Promise<void> => {
  const rows = await session.query('SELECT who, count(*) FROM lane GROUP BY who')
  const there = new Set(rows.map(([who]) => who as string))
  for (const [who, count] of rows) if (count !== '3') wrong.push(`lane ${who} has ${count} rows`)
  for (const who of run.lanes) if (!there.has(who)) wrong.push(`lane ${who} is lost`)
}

class FaultRun {
  /** Steps that must be there afterwards. */
  durable = 0
  /** Steps that may be there afterwards. */
  begun = 0
  /** Lanes that were acknowledged. */
  readonly lanes: string[] = []
  /** The highest value of the sequence that was given out and acknowledged. */
  lastTicket = 0
  readonly #disk: FaultyDisk
  readonly #model: Model
  readonly #wrong: string[]
  readonly #log: string[] = []

  constructor(disk: FaultyDisk, model: Model, wrong: string[]) {
    this.#disk = disk
    this.#model = model
    this.#wrong = wrong
  }

  async work(): Promise<void> {
    let engine: TesseraEngine
    try {
      engine = await openEngineOver(this.#disk, (message) => this.#log.push(message))
    } catch (error) {
      this.#expectError(error)
      return
    }
    const session = await SqlSession.open(engine)
    for (const [i, { sql, copy, lanes = 0, async: unwaited }] of STEPS.entries()) {
      this.begun = i + 1
      try {
        await this.#runLanes(engine, i, lanes)
        if (lanes > 0) continue
        const rows = await session.query(sql, copy)
        if (sql.startsWith('SELECT nextval')) this.lastTicket = Number(rows.at(-1)?.[0])
      } catch (error) {
        this.#expectError(error)
        await session.query('ROLLBACK')
        await this.#afterError(session, i)
        break
      }
      if (unwaited !== true && !/^(VACUUM|CHECKPOINT)/.test(sql)) this.durable = i + 1
    }
    await engine.shutdown('fast')
  }

  /** Ends when all have ended; throws when one failed. */
  async #runLanes(engine: TesseraEngine, step: number, lanes: number): Promise<void> {
    const work = Array.from({ length: lanes }, async (_, i) => {
      const session = await SqlSession.open(engine)
      const lane = `${step}-${i}`
      await session.query(laneWork(lane))
      this.lanes.push(lane)
    })
    const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #expectError(error: unknown): void {
    const { code, message } = error as SqlError
    if (!['53100', '58030', '25006'].includes(code)) this.#wrong.push(`unexpected error ${code} ${message}`)
  }

  /** Nothing of the failed step is seen; once the log has failed, writes are refused and reads are not. */
  async #afterError(session: SqlSession, step: number): Promise<void> {
    if ((await stateOf(session)) !== this.#model.states[step]) this.#wrong.push('a failed transaction left something')
    const write = session.query('CREATE TABLE probe (i int); DROP TABLE probe').then(
      () => 'accepted',
      (error: SqlError) => error.code,
    )
    const expected = this.#disk.failure === null ? 'accepted' : '25006'
    const got = await write
    if (got !== expected) this.#wrong.push(`a later write should be ${expected}, but it is ${got}`)
    const said = this.#log.some((message) => message.startsWith('the storage stopped accepting writes'))
    if (said !== (this.#disk.failure !== null)) this.#wrong.push('the log does not say whether writes go on')
  }
}

const expectClean = async (session: SqlSession, wrong: string[]): Promise<void> => {
  for (const finding of await session.query('SELECT * FROM tesseradb_check()'))
    wrong.push(`check: ${finding.join(' ')}`)
}

/** The server works on, and what it does is there the next time too. */
const goOn = async (
  engine: TesseraEngine,
  session: SqlSession,
  disk: FaultyDisk,
  lastTicket: number,
  wrong: string[],
): Promise<void> => {
  await session.query("CREATE TABLE later (id serial PRIMARY KEY, t text); INSERT INTO later (t) VALUES ('a'), ('b')")
  if (lastTicket > 0) {
    const ticket = Number((await session.query("SELECT nextval('ticket')"))[0]?.[0])
    if (ticket <= lastTicket) wrong.push(`the sequence gave out ${ticket} after ${lastTicket}`)
  }
  await session.query('VACUUM')
  await session.query("UPDATE later SET t = 'c' WHERE id = 1")
  const state = await stateOf(session)
  await engine.shutdown('fast')
  const again = await SqlSession.open(await openEngineOver(await disk.afterwards('everything')))
  if ((await stateOf(again)) !== state) wrong.push('what was done after the fault is not there the next time')
  await expectClean(again, wrong)
}
