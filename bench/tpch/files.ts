/** The generated data, kept between runs. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TABLES, writeTable } from './generate.ts'

const WORK = join(import.meta.dirname, '..', '.work')

/** Files of the eight tables, made once per scale. */
export const tableFiles = async (scale: number): Promise<readonly (readonly [table: string, file: string])[]> => {
  const directory = join(WORK, `tpch-${scale}`)
  mkdirSync(directory, { recursive: true })
  const files: [string, string][] = []
  for (const table of TABLES) {
    const file = join(directory, `${table}.tbl`)
    if (!existsSync(file)) await writeTable(table, scale, file)
    files.push([table, file])
  }
  return files
}
