/** JSON string literals as PostgreSQL writes them: non-ASCII stays, control characters become `\u00xx`. */

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

// oxlint-disable-next-line no-control-regex -- these are the characters that JSON must escape
const SPECIAL = /["\\\u0000-\u001f]/g

export const quoteJson = (text: string): string =>
  `"${text.replace(SPECIAL, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
