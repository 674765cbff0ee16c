/**
 * The known anomalies at each isolation level, and locks between sessions, as PostgreSQL 15 answered them. SERIALIZABLE
 * locks where PostgreSQL watches: there a wait, 40P01 or 40001 may stand in the place of its answer, and then what was
 * committed must be explained by some order of the transactions, one after another.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interleaving, parseScript, type Scenario, type StepOutcome } from './interleave.ts'
import { recordedTranscripts, scenariosOf } from './interleaved-files.ts'
import { startServer, type TestServer } from './server.ts'

const DIRECTORY = join(import.meta.dirname, 'interleaved')
const CONFLICTS = ['40001', '40P01']

/** Sessions that ran outside transactions, or whose transaction was committed. */
const committedSessions = (outcomes: readonly StepOutcome[]): string[] =>
  [...new Set(outcomes.map(({ session }) => session))].filter((session) => {
    const own = outcomes.filter((outcome) => outcome.session === session)
    const ends = own.filter(({ sql }) => sql === 'COMMIT')
    return own.every(({ answer }) => answer !== null) && ends.every(({ answer }) => answer?.text === 'COMMIT')
  })

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((others) => [item, ...others]))

describe.each(readdirSync(DIRECTORY).filter((file) => file.endsWith('.sessions')))('%s', (file) => {
  const script = parseScript(readFileSync(join(DIRECTORY, file), 'utf8'))
  const recorded = recordedTranscripts(readFileSync(join(DIRECTORY, file.replace('.sessions', '.out')), 'utf8'))
  let server: TestServer
  let sessions: Interleaving
  beforeAll(async () => {
    server = await startServer()
    sessions = new Interleaving(() => server.connect())
  })
  afterAll(async () => {
    await sessions.end()
    await server.close()
  })

  /** Whether running the committed transactions one after another in some order gives the same answers. */
  const isSerial = async (outcomes: readonly StepOutcome[]): Promise<boolean> => {
    const committed = committedSessions(outcomes)
    const answers = (of: readonly StepOutcome[], session: string) =>
      of.filter((outcome) => outcome.session === session).map(({ sql, answer }) => [sql, answer?.text])
    for (const order of permutations(committed)) {
      const steps = order.flatMap((session) => outcomes.filter((outcome) => outcome.session === session))
      const serial = await sessions.run(script.setup, { title: 'in a row', steps })
      const same = committed.every(
        (session) => JSON.stringify(answers(serial.outcomes, session)) === JSON.stringify(answers(outcomes, session)),
      )
      if (same) return true
    }
    return false
  }

  const checkSerializable = async (scenario: Scenario): Promise<void> => {
    const { outcomes, text } = await sessions.run(script.setup, scenario)
    const expected = recorded.get(scenario.title)
    if (text === expected) return
    const conflict = outcomes.some(({ waited, answer }) => waited || CONFLICTS.includes(answer?.error ?? ''))
    expect({ text, conflict }).toEqual({ text, conflict: true })
    expect({ text, serial: await isSerial(outcomes) }).toEqual({ text, serial: true })
  }

  test.each(scenariosOf(script).map(({ scenario, level }) => [scenario.title, scenario, level] as const))(
    '%s',
    async (title, scenario, level) => {
      if (level === 'SERIALIZABLE') await checkSerializable(scenario)
      else expect((await sessions.run(script.setup, scenario)).text).toBe(recorded.get(title))
    },
  )
})
