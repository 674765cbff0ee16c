/** like_regex: XQuery's flags as those of a POSIX regular expression. */
import { expandedRegexNotSupported } from '../../errors/raise/json-path.ts'
import { type PosixPattern, posixRegex } from '../pattern/posix-regex.ts'

/** By default `.` matches no newline, and `^` and `$` only the ends of the text. */
const posixFlags = (flags: string): string => {
  const ignoreCase = flags.includes('i') ? 'i' : ''
  if (flags.includes('q')) return `${ignoreCase}q`
  if (flags.includes('x')) throw expandedRegexNotSupported()
  const lines = flags.includes('m')
  if (flags.includes('s')) return ignoreCase + (lines ? 'w' : 's')
  return ignoreCase + (lines ? 'n' : 'p')
}

/** Throws 2201B, 0A000. */
export const pathRegex = (pattern: string, flags: string): PosixPattern => posixRegex(pattern, posixFlags(flags))
