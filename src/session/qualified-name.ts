/** Qualified names as text: `public."My Table"`. */
import { invalidName } from '../errors/raise/session.ts'

/** The parts of a possibly qualified name, folded to lower case unless quoted. Throws 42602. */
export const splitQualified = (text: string): string[] => {
  const parts: string[] = []
  const pattern = /\s*(?:"((?:[^"]|"")+)"|([^".\s]+))\s*(\.|$)/gy
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    parts.push(match[1] === undefined ? (match[2] as string).toLowerCase() : match[1].replaceAll('""', '"'))
    if (match[3] === '') return parts
  }
  throw invalidName()
}
