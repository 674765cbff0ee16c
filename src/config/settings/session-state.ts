/** What answers to SHOW and SET but is state of the session or of the server, not configuration: hidden from SHOW ALL. */
import type { SettingRecord } from '../setting.ts'
import { inCategory, real, string } from '../setting.ts'

const HIDDEN = { hidden: true, keptByResetAll: true } as const

const SESSION_STATE = inCategory('Ungrouped', [
  string('is_superuser', 'internal', 'on', 'Whether the current user is a superuser.', { ...HIDDEN, reported: true }),
  string('role', 'user', 'none', 'The current role.', HIDDEN),
  real('seed', 'user', 0, [-1, 1], 'Seed of the random number generator.', HIDDEN),
  string('session_authorization', 'user', '', 'The session user.', { ...HIDDEN, reported: true }),
])

export const SESSION_STATE_SETTINGS: readonly SettingRecord[] = [...SESSION_STATE]
