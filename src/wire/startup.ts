/** The first packets of a connection: encryption requests, cancel requests, and the start-up message. */
import {
  invalidCommandLineArgument,
  invalidStartupPacketLayout,
  noUserName,
  unsupportedProtocol,
} from '../errors/raise/protocol.ts'
import type { StartupParameters } from '../session/contract.ts'

/** The protocol version this server speaks: 3.0. */
export const PROTOCOL_VERSION = 3 << 16

const CANCEL_REQUEST = 80877102
const SSL_REQUEST = 80877103
const GSS_ENCRYPTION_REQUEST = 80877104

export type StartupPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secretKey: number }
  | {
      readonly kind: 'start'
      readonly parameters: StartupParameters
      /** The client speaks a newer minor version, or asked for protocol options we do not know. */
      readonly negotiate: boolean
      readonly unknownOptions: readonly string[]
    }

/** Reads a packet's content (without its length). Throws 08P01, 0A000, 28000, 42601, all FATAL. */
export const parseStartupPacket = (packet: Buffer): StartupPacket => {
  const version = packet.readInt32BE(0)
  switch (version) {
    case SSL_REQUEST:
    case GSS_ENCRYPTION_REQUEST:
      return { kind: 'encryption' }
    case CANCEL_REQUEST:
      if (packet.length < 12) throw invalidStartupPacketLayout()
      return { kind: 'cancel', processId: packet.readInt32BE(4), secretKey: packet.readInt32BE(8) }
  }
  const major = version >>> 16
  const minor = version & 0xffff
  if (major !== 3) throw unsupportedProtocol(major, minor)
  return parseParameters(packet, minor)
}

const parseParameters = (packet: Buffer, minor: number): StartupPacket => {
  if (packet.length < 5 || packet.at(-1) !== 0) throw invalidStartupPacketLayout()
  const words = packet.toString('utf8', 4, packet.length - 1).split('\0')
  const given = new Map<string, string>()
  const unknownOptions: string[] = []
  let i = 0
  for (; i + 1 < words.length && words[i] !== ''; i += 2) {
    const name = words[i] as string
    if (name.startsWith('_pq_.')) unknownOptions.push(name)
    else given.set(name, words[i + 1] as string)
  }
  if (i !== words.length - 1) throw invalidStartupPacketLayout()
  const user = given.get('user') ?? ''
  if (user === '') throw noUserName()
  const database = given.get('database') ?? ''
  const options = parseOptions(given.get('options') ?? '')
  given.delete('options')
  // Settings of their own come after `options`, and win.
  const parameters = new Map([...options, ...given, ['user', user], ['database', database === '' ? user : database]])
  return { kind: 'start', parameters, negotiate: minor > 0 || unknownOptions.length > 0, unknownOptions }
}

/**
 * `-c name=value` and `--name=value` as a server's command line takes them; a backslash quotes the next character.
 * Names have `-` for `_`. Throws 42601 (FATAL) on anything else.
 */
const parseOptions = (options: string): [string, string][] => {
  const words = [...options.matchAll(/(?:\\[^]|[^\\\s])+/g)].map(([word]) => word.replace(/\\([^])/g, '$1'))
  const settings: [string, string][] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    const assignment =
      word === '-c' ? words[++i] : word.startsWith('--') || word.startsWith('-c') ? word.slice(2) : undefined
    const equals = assignment?.indexOf('=') ?? -1
    if (assignment === undefined || equals < 1) throw invalidCommandLineArgument(word)
    settings.push([assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)])
  }
  return settings
}
