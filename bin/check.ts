/**
 * Everything that can be said about the code without running it: types, lint rules, formatting, unused code, and which
 * layer imports which. Runs all of them, so that one look shows every complaint.
 */
import { spawnSync } from 'node:child_process'

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', 'src', 'test', 'sqllogictest', 'bench', 'bin'],
  ['format', 'biome', 'format', '.'],
  ['unused code', 'knip', '--no-progress'],
  ['layers', 'vitest', 'run', 'test/layers.test.ts'],
]

const failed: string[] = []
for (const [name, command, ...args] of CHECKS) {
  process.stdout.write(`\n== ${name}\n`)
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) failed.push(name)
}
process.stdout.write(failed.length === 0 ? '\nAll checks passed.\n' : `\nFailed: ${failed.join(', ')}.\n`)
process.exitCode = failed.length === 0 ? 0 : 1
