/** `tesseradb check`: opens a data directory that no server uses and looks for damage in all of its databases. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { DatabaseObject, RoleObject } from '../../catalog/objects.ts'
import { BOOTSTRAP_SUPERUSER } from '../../catalog/snapshot.ts'
import { ServerSettings } from '../../config/server-settings.ts'
import { SessionSettings } from '../../config/session-settings.ts'
import { noDataDirectory } from '../../errors/raise/storage.ts'
import { openEngine, type TesseraEngine } from '../engine.ts'
import { ServerSession } from '../session.ts'
import { checkDatabase, unownedDamage } from './check-database.ts'
import type { Finding } from './finding.ts'

/**
 * Answers the number of findings, each of which is said. Throws what opening throws: F0001 while a server runs, 58P01
 * where there is no data directory.
 */
export const checkDirectory = async (directory: string, say: (line: string) => void): Promise<number> => {
  if (!existsSync(join(directory, 'base', 'records', 'CURRENT'))) throw noDataDirectory(directory)
  const engine = await openEngine({
    dataDirectory: directory,
    settings: new ServerSettings(),
    logger: pino({ level: 'silent' }),
  })
  const found = new Set<string>()
  const add = (finding: Finding): void => {
    const line = describe(finding)
    if (!found.has(line)) say(line)
    found.add(line)
  }
  try {
    for (const finding of unownedDamage(engine.parts.storage.damages)) add(finding)
    for (const database of engine.parts.catalogs.databases) {
      for await (const finding of databaseFindings(engine, database)) add(finding)
    }
  } finally {
    await engine.shutdown('fast')
  }
  say(found.size === 0 ? 'no damage found' : `${found.size} findings`)
  return found.size
}

async function* databaseFindings(engine: TesseraEngine, oid: number): AsyncGenerator<Finding> {
  const session = maintenanceSession(engine, oid)
  session.core.block.begin('implicit')
  try {
    yield* checkDatabase(session.core, true)
  } finally {
    session.core.block.rollback()
    await session.close()
  }
}

/** A session of the server itself, on any database. */
const maintenanceSession = (engine: TesseraEngine, oid: number): ServerSession => {
  const database = engine.database(oid)
  const nobody = (): void => {}
  return new ServerSession({
    engine,
    database,
    databaseName: (database.catalog.objects.get(oid) as DatabaseObject).name,
    role: database.catalog.role(BOOTSTRAP_SUPERUSER) as RoleObject,
    settings: new SessionSettings(engine.parts.settings),
    events: { notice: nobody, parameterStatus: nobody, notification: nobody, terminate: nobody },
    client: { address: '', port: 0 },
    processId: 0,
  })
}

const describe = ({ severity, object, file, message }: Finding): string => {
  const where = [object, file].filter((text) => text !== '').join(' ')
  return `${severity}: ${where === '' ? '' : `${where}: `}${message}`
}
