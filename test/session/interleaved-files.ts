/** Scripts of interleaved sessions, once for each isolation level where they name one. */
import { parseScript, type Interleaving, type Scenario, type Script } from './interleave.ts'

const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const

export type Level = (typeof LEVELS)[number]

const at = (level: Level, { title, steps }: Scenario): Scenario => ({
  title: `${title}, ${level}`,
  steps: steps.map(({ session, sql }) => ({ session, sql: sql.replace(':level', level) })),
})

/** The scenarios in the order of the recorded file, with their levels (null where they name none). */
export const scenariosOf = ({ scenarios }: Script): { scenario: Scenario; level: Level | null }[] =>
  scenarios.flatMap((scenario): { scenario: Scenario; level: Level | null }[] =>
    scenario.steps.some(({ sql }) => sql.includes(':level'))
      ? LEVELS.map((level) => ({ scenario: at(level, scenario), level }))
      : [{ scenario, level: null }],
  )

export const transcriptOf = async (sessions: Interleaving, text: string): Promise<string> => {
  const script = parseScript(text)
  const transcripts: string[] = []
  for (const { scenario } of scenariosOf(script)) transcripts.push((await sessions.run(script.setup, scenario)).text)
  return transcripts.join('\n')
}

/** Recorded transcripts by title. */
export const recordedTranscripts = (text: string): Map<string, string> =>
  new Map(
    text.split(/\n(?=# )/).map((part) => {
      const whole = part.endsWith('\n') ? part : `${part}\n`
      return [whole.slice(2, whole.indexOf('\n')), whole]
    }),
  )
