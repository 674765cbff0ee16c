/** The XML declaration at the beginning of a value: what it says, and when it is written. */

export interface XmlDeclaration {
  /** Null when there is no declaration. */
  readonly version: string | null
  readonly standalone: boolean | null
  /** Characters that the declaration takes. */
  readonly length: number
}

const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"([^"]*)"|'([^']*)')(?:\s+encoding\s*=\s*(?:"[^"]*"|'[^']*'))?(?:\s+standalone\s*=\s*(?:"(yes|no)"|'(yes|no)'))?\s*\?>/

/** Null: it begins like a declaration but is none. */
export const readDeclaration = (text: string): XmlDeclaration | null => {
  if (!/^<\?xml\s/.test(text)) return { version: null, standalone: null, length: 0 }
  const match = DECLARATION.exec(text)
  if (match === null) return null
  const standalone = match[3] ?? match[4]
  return {
    version: match[1] ?? match[2] ?? null,
    standalone: standalone === undefined ? null : standalone === 'yes',
    length: match[0].length,
  }
}

const DEFAULT_VERSION = '1.0'

/** The declaration as it is written; nothing where it would say what goes without saying. */
export const writeDeclaration = (version: string | null, standalone: boolean | null): string => {
  if ((version === null || version === DEFAULT_VERSION) && standalone === null) return ''
  const flag = standalone === null ? '' : ` standalone="${standalone ? 'yes' : 'no'}"`
  return `<?xml version="${version ?? DEFAULT_VERSION}"${flag}?>`
}
