/** Channels and payloads that NOTIFY refuses. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const refused = (message: string): SqlError => new SqlError(SQL_STATE.invalid_parameter_value, message)

export const emptyChannelName = (): SqlError => refused('channel name cannot be empty')

export const longChannelName = (): SqlError => refused('channel name too long')

export const longPayload = (): SqlError => refused('payload string too long')
