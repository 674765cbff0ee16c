/**
 * Golden plans, a file per rule: cases that the rule must change (`-- fires`) and such that it must leave alone
 * (`-- keeps`), each with the EXPLAIN that results. UPDATE_PLANS=1 writes the plans anew, for reading.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/optimize/optimize.ts'
import { PlanningWorld } from './support.ts'

const DIRECTORY = join(import.meta.dirname, 'plans')

const world = new PlanningWorld({
  small: { columns: 'id int4 not null, kind int4, name varchar', rows: 20, indexes: ['primary id'] },
  big: {
    columns: 'id int4 not null, small_id int4 not null, amount numeric, day date, note text, flag bool',
    rows: 100_000,
    indexes: ['primary id', 'small_id, day', 'day desc', 'note where amount is not null', 'lower(note)'],
    summaries: {
      small_id: { min: 1, max: 20, nullFraction: 0, distinct: 20 },
      day: { min: 0, max: 3650, nullFraction: 0, distinct: 3650 },
    },
  },
  words: { columns: 'id int4, word varchar', rows: 100_000, indexes: ['word'] },
  detail: {
    columns: 'big_id int4 not null, line int4 not null, price numeric, ref int4',
    rows: 500_000,
    indexes: ['primary big_id, line'],
    summaries: { big_id: { min: 1, max: 100_000, nullFraction: 0, distinct: 100_000 } },
  },
})

interface Case {
  readonly title: string
  readonly fires: boolean | null
  readonly sql: string
  readonly plan: string
}

const casesOf = (text: string): Case[] =>
  text
    .split(/^-- /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.trimEnd().split('\n')
      const [sql = '', plan = ''] = lines.join('\n').split('\n----\n')
      const fires = title.startsWith('fires') ? true : title.startsWith('keeps') ? false : null
      return { title, fires, sql: sql.replace(/\n?----$/, ''), plan }
    })

const files = readdirSync(DIRECTORY).filter((name) => name.endsWith('.txt'))

test('every rule has its golden plans', () => {
  const named = new Set(files.map((name) => name.replace('.txt', '')))
  expect(RULES.filter((rule) => !named.has(rule.name)).map((rule) => rule.name)).toEqual([])
})

for (const file of files) {
  const path = join(DIRECTORY, file)
  const rule = file.replace('.txt', '')
  const cases = casesOf(readFileSync(path, 'utf8'))
  const verbose = rule === 'prune-columns'
  if (process.env['UPDATE_PLANS'] === '1') {
    const text = cases.map((c) => `-- ${c.title}\n${c.sql}\n----\n${world.explain(c.sql, { verbose })}\n`)
    writeFileSync(path, text.join('\n'))
    continue
  }
  describe(rule, () => {
    test.each(cases)('$title', ({ sql, plan, fires }) => {
      const explained = world.explain(sql, { verbose })
      expect(explained).toBe(plan)
      if (fires === null) return
      const without = world.explain(sql, { verbose, without: rule })
      expect(without === explained).toBe(!fires)
    })
  })
}
