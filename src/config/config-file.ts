/** Reads a configuration file in the form of postgresql.conf: `name = value` lines, quotes, `#` comments. */
import { configurationFileSyntax } from '../errors/raise/settings.ts'

const LINE = /^\s*([a-z_][\w$.]*)\s*(?:=\s*|\s+)('(?:[^'\\]|''|\\.)*'|[^\s'#]+)\s*(?:#.*)?$/i
const BLANK = /^\s*(?:#.*)?$/

export interface ConfigLine {
  readonly name: string
  readonly value: string
  /** From 1. */
  readonly line: number
}

const unquote = (text: string): string =>
  text.startsWith("'") ? text.slice(1, -1).replace(/''|\\(.)/g, (_, escaped?: string) => escaped ?? "'") : text

/** The assignments of a file in order. Throws F0000 with the file's name and line on anything else. */
export const parseConfigFile = (text: string, fileName: string): ConfigLine[] => {
  const lines: ConfigLine[] = []
  for (const [i, content] of text.split(/\r?\n/).entries()) {
    if (BLANK.test(content)) continue
    const match = LINE.exec(content)
    if (match === null) throw configurationFileSyntax(fileName, i + 1, content.trim())
    lines.push({ name: match[1] as string, value: unquote(match[2] as string), line: i + 1 })
  }
  return lines
}
