/** Exits with 0 when the server answers a start-up packet, as pg_isready does; 1 otherwise. */
import { connect } from 'node:net'

const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
const packet = Buffer.alloc(8 + parameters.length)
packet.writeInt32BE(packet.length, 0)
packet.writeInt32BE(3 << 16, 4)
parameters.copy(packet, 8)

const socket = connect(Number(process.env.TESSERADB_PORT ?? 5432), '127.0.0.1', () => socket.write(packet))
socket.setTimeout(2000, () => process.exit(1))
socket.on('error', () => process.exit(1))
// Any answer but an error of the kind "cannot connect now" means that the server serves.
socket.on('data', (bytes) => process.exit(bytes.includes('57P03') ? 1 : 0))
