/** How much of PostgreSQL the registries have, and that the page about it says so. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { document, measure } from './coverage.ts'

const LEAST = 0.85

test('most functions that a user can call, and all aggregates', () => {
  const { functions, aggregates } = measure()
  expect(functions.present / functions.total).toBeGreaterThanOrEqual(LEAST)
  expect(aggregates.missing).toEqual([])
})

test('docs/compat.md is as `npm run coverage` writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/compat.md'), 'utf8')).toBe(document())
})
