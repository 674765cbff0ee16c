/** The registry of settings: every record, found by name without regard to case. */
import type { SettingRecord } from '../setting.ts'
import { CLIENT_SETTINGS } from './client-connection.ts'
import { LOGGING_SETTINGS } from './logging.ts'
import { PLANNER_SETTINGS } from './planner.ts'
import { RESOURCE_SETTINGS } from './resources.ts'
import { SERVER_SETTINGS } from './server.ts'
import { SESSION_STATE_SETTINGS } from './session-state.ts'

/** All settings in the order of SHOW ALL: by name, ignoring case. */
export const SETTINGS: readonly SettingRecord[] = [
  ...CLIENT_SETTINGS,
  ...SESSION_STATE_SETTINGS,
  ...LOGGING_SETTINGS,
  ...PLANNER_SETTINGS,
  ...RESOURCE_SETTINGS,
  ...SERVER_SETTINGS,
].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))

const BY_NAME: ReadonlyMap<string, SettingRecord> = new Map(
  SETTINGS.map((record) => [record.name.toLowerCase(), record]),
)

export const findSetting = (name: string): SettingRecord | undefined => BY_NAME.get(name.toLowerCase())
