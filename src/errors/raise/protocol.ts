/** Classes 08, 28, 53, 57 and 0A as the wire layer raises them: broken messages, refused and ended connections. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'

const FATAL = { severity: 'FATAL' } as const

/** The connection cannot go on: framing is lost. */
const protocolViolation = (message: string): SqlError => new SqlError(SQL_STATE.protocol_violation, message, FATAL)

/** A message whose body does not have the form its type promises; framing is intact, so the session lives. */
const malformedMessage = (message: string): SqlError => new SqlError(SQL_STATE.protocol_violation, message)

export const invalidFrontendMessageType = (type: number): SqlError =>
  protocolViolation(`invalid frontend message type ${type}`)

export const invalidMessageLength = (): SqlError => protocolViolation('invalid message length')

export const insufficientDataInMessage = (): SqlError => malformedMessage('insufficient data left in message')

export const invalidMessageFormat = (): SqlError => malformedMessage('invalid message format')

export const invalidStringInMessage = (): SqlError => malformedMessage('invalid string in message')

export const invalidStartupPacketLength = (): SqlError => protocolViolation('invalid length of startup packet')

export const invalidStartupPacketLayout = (): SqlError =>
  protocolViolation('invalid startup packet layout: expected terminator as last byte')

export const unsupportedProtocol = (major: number, minor: number): SqlError =>
  new SqlError(
    SQL_STATE.feature_not_supported,
    `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.0`,
    FATAL,
  )

export const noUserName = (): SqlError =>
  new SqlError(
    SQL_STATE.invalid_authorization_specification,
    'no PostgreSQL user name specified in startup packet',
    FATAL,
  )

export const invalidCommandLineArgument = (argument: string): SqlError =>
  new SqlError(SQL_STATE.syntax_error, `invalid command-line argument for server process: ${argument}`, FATAL)

export const tooManyConnections = (): SqlError =>
  new SqlError(SQL_STATE.too_many_connections, 'sorry, too many clients already', FATAL)

export const authenticationTimeout = (): SqlError =>
  new SqlError(SQL_STATE.query_canceled, 'canceling authentication due to timeout', FATAL)

export const shuttingDown = (): SqlError =>
  new SqlError(SQL_STATE.cannot_connect_now, 'the database system is shutting down', FATAL)

export const adminShutdown = (): SqlError =>
  new SqlError(SQL_STATE.admin_shutdown, 'terminating connection due to administrator command', FATAL)

export const functionCallNotSupported = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'the function call message of the protocol is not supported')

export const unexpectedMessageDuringCopy = (type: number): SqlError =>
  malformedMessage(
    `unexpected message type 0x${type.toString(16).toUpperCase().padStart(2, '0')} during COPY from stdin`,
  )

export const copyFromStdinFailed = (reason: string): SqlError =>
  new SqlError(SQL_STATE.query_canceled, `COPY from stdin failed: ${reason}`)

/** The client sent an ordinary message in the middle of COPY: what follows cannot be told from data. */
export const synchronizationLost = (): SqlError =>
  protocolViolation('terminating connection because protocol synchronization was lost')

/** The client went away while results were on their way to it. */
export const connectionLost = (): SqlError =>
  new SqlError(SQL_STATE.connection_failure, 'connection to client lost', FATAL)

export const connectionLostDuringCopy = (): SqlError =>
  new SqlError(SQL_STATE.connection_failure, 'unexpected EOF on client connection with an open transaction', FATAL)

export const invalidDescribeKind = (kind: number): SqlError =>
  malformedMessage(`invalid DESCRIBE message subtype ${kind}`)

export const invalidCloseKind = (kind: number): SqlError => malformedMessage(`invalid CLOSE message subtype ${kind}`)

/** A failure that is ours: the client learns that it happened, the log learns why. */
export const internalError = (message: string): SqlError => new SqlError(SQL_STATE.internal_error, message)

/** A value beyond what the program's strings and buffers hold. */
export const valueTooLarge = (): SqlError =>
  new SqlError(SQL_STATE.program_limit_exceeded, 'out of memory', {
    detail: 'A value of the statement is larger than half a gigabyte.',
  })

/** A statement nested so deeply that the program's stack does not hold it. */
export const stackDepthExceeded = (): SqlError =>
  new SqlError(SQL_STATE.statement_too_complex, 'stack depth limit exceeded', {
    hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.',
  })
