/** Updates by PostgreSQL's `pgbench` program with scripts of our own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { postgresPrograms } from '../targets/postgresql.ts'
import type { Target } from '../targets/target.ts'

const run = promisify(execFile)

interface UpdateOptions {
  /** Scripts and how often each is chosen. */
  readonly scripts: readonly (readonly [script: string, weight: number])[]
  readonly clients: number
  /** Length in seconds (`-T`), or transactions of each client (`-t`). */
  readonly length: readonly ['-T' | '-t', number]
  /** Transactions a second that are begun; as many as there can be when absent. */
  readonly rate?: number
}

const addressOf = ({ address }: Target): string[] => {
  if (address === null) throw new Error('pgbench needs a server')
  return ['-h', address.host, '-p', String(address.port), '-U', address.user]
}

/** Answers transactions per second. */
export const pgbench = async (target: Target, options: UpdateOptions): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-scripts-'))
  try {
    const files = options.scripts.flatMap(([script, weight], i) => {
      const file = join(directory, `${i}.sql`)
      writeFileSync(file, script)
      return ['-f', `${file}@${weight}`]
    })
    const [unit, length] = options.length
    const common = ['-n', '-M', 'prepared', '-c', String(options.clients), '-j', '1', unit, String(length)]
    const rate = options.rate === undefined ? [] : ['-R', String(options.rate)]
    const args = [...addressOf(target), ...common, ...rate, ...files, 'postgres']
    const { stdout } = await run(join(postgresPrograms(), 'pgbench'), args)
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Fills pgbench's own tables. */
export const initializePgbench = async (target: Target, scale: number): Promise<void> => {
  await run(join(postgresPrograms(), 'pgbench'), [...addressOf(target), '-i', '-q', '-s', String(scale), 'postgres'])
}
