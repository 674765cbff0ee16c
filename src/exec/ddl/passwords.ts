/** Passwords as they are kept: never themselves, but what they can be checked with. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** How often SCRAM hashes a password. */
const ITERATIONS = 4096
const SALT_BYTES = 16
const KEY_BYTES = 32

const MD5 = /^md5[0-9a-f]{32}$/
const SCRAM = /^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})$/

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5803). */
const scramVerifier = (password: string): string => {
  const salt = randomBytes(SALT_BYTES)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, KEY_BYTES, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const server = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`
}

const md5Verifier = (password: string, role: string): string =>
  `md5${createHash('md5').update(password).update(role).digest('hex')}`

/** What is kept of a password. One that is a verifier already is kept as it is. */
export const passwordVerifier = (password: string, role: string, encryption: string): string => {
  if (MD5.test(password) || SCRAM.test(password)) return password
  return encryption === 'md5' ? md5Verifier(password, role) : scramVerifier(password)
}

/** Whether a password is the empty one, which nobody can log in with, in one of its forms. */
export const isEmptyPassword = (password: string, role: string): boolean => {
  if (password === '' || password === md5Verifier('', role)) return true
  const match = SCRAM.exec(password)
  if (match === null) return false
  const [iterations = '', salt = ''] = password.slice('SCRAM-SHA-256$'.length).split('$')[0]?.split(':') ?? []
  const salted = pbkdf2Sync('', Buffer.from(salt, 'base64'), Number(iterations), KEY_BYTES, 'sha256')
  return createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64') === match[1]
}

export const isMd5Verifier = (password: string | null): boolean => password !== null && MD5.test(password)
