/** Whether a text is XML: one document, or content that may stand in one. */

/** What is wrong, and where. */
export interface XmlFault {
  readonly message: string
  readonly at: number
}

const NAME_START =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
const NAME = new RegExp(`[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040]*`, 'uy')
const SPACE = /[ \t\r\n]+/y
const REFERENCE = /&(?:#([0-9]+)|#x([0-9a-fA-F]+)|([^;&<\s]+));/uy
const DECLARATION = /<\?xml(?=[ \t\r\n])[^]*?\?>/y
const COMMENT = /<!--(?:(?!--)[^])*-->/y
const INSTRUCTION = /<\?([^\s?]+)(?:[ \t\r\n][^]*?)?\?>/y
const CDATA = /<!\[CDATA\[[^]*?\]\]>/y
const TEXT = /[^<&]+/y
const ATTRIBUTE_VALUE = /"[^"<]*"|'[^'<]*'/y
const INTERNAL_ENTITY = /<!ENTITY\s+([^\s%]+)\s/g
const PREDEFINED = ['lt', 'gt', 'amp', 'quot', 'apos']
/** Characters that XML does not have: control characters other than space, and two that are none. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF](?<![\x7f-\x9f])/u

/** How deeply elements may lie in each other. */
const MAX_DEPTH = 256

class Fault extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

class XmlChecker {
  readonly #text: string
  readonly #entities = new Set(PREDEFINED)
  readonly #open: { readonly name: string; readonly at: number }[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    const match = expression.exec(this.#text)
    if (match !== null) this.#at = expression.lastIndex
    return match
  }

  #starts(symbol: string): boolean {
    return this.#text.startsWith(symbol, this.#at)
  }

  get #atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  #fail(message: string, at = this.#at): never {
    throw new Fault(message, at)
  }

  #lineOf(at: number): number {
    return this.#text.slice(0, at).split('\n').length
  }

  checkDocument(): void {
    this.#checkCharacters()
    this.#match(DECLARATION)
    this.#misc()
    if (this.#starts('<!DOCTYPE')) this.#doctype()
    this.#misc()
    if (!this.#starts('<')) this.#fail("Start tag expected, '<' not found")
    this.#content(true)
    this.#misc()
    if (!this.#atEnd) this.#fail('Extra content at the end of the document')
  }

  checkContent(): void {
    this.#checkCharacters()
    this.#match(DECLARATION)
    this.#content(false)
  }

  #checkCharacters(): void {
    const forbidden = FORBIDDEN.exec(this.#text)
    if (forbidden !== null) this.#fail('PCDATA invalid Char value', forbidden.index)
  }

  /** Comments, instructions and space between the parts of a document. */
  #misc(): void {
    while (this.#match(SPACE) !== null || this.#comment() || this.#instruction());
  }

  #comment(): boolean {
    if (!this.#starts('<!--')) return false
    if (this.#match(COMMENT) === null) this.#fail('Comment not terminated')
    return true
  }

  #instruction(): boolean {
    if (!this.#starts('<?')) return false
    const from = this.#at
    const match = this.#match(INSTRUCTION)
    if (match === null) this.#fail('xmlParsePI : no target name')
    if ((match[1] as string).toLowerCase() === 'xml') {
      this.#fail('XML declaration allowed only at the start of the document', from + 5)
    }
    return true
  }

  /** Up to its end; entities that it declares may be used. */
  #doctype(): void {
    let depth = 0
    let isInSubset = false
    const from = this.#at
    for (; !this.#atEnd; this.#at++) {
      const character = this.#text.charAt(this.#at)
      if (character === '"' || character === "'") {
        const end = this.#text.indexOf(character, this.#at + 1)
        if (end < 0) break
        this.#at = end
      } else if (character === '[') isInSubset = true
      else if (character === ']') isInSubset = false
      else if (character === '<') depth++
      else if (character === '>' && --depth === 0 && !isInSubset) {
        this.#at++
        for (const [, name] of this.#text.slice(from, this.#at).matchAll(INTERNAL_ENTITY)) {
          this.#entities.add(name as string)
        }
        return
      }
    }
    this.#fail('DOCTYPE improperly terminated')
  }

  /** Elements, text and the rest; of a document: just one element. */
  #content(isRoot: boolean): void {
    do {
      if (this.#atEnd) break
      if (this.#match(TEXT) !== null) continue
      if (this.#starts('&')) this.#reference()
      else if (this.#starts('</')) this.#endTag()
      else if (this.#starts('<![CDATA[')) {
        if (this.#match(CDATA) === null) this.#fail('CData section not finished')
      } else if (!this.#comment() && !this.#instruction()) this.#startTag()
    } while (!isRoot || this.#open.length > 0)
    const unclosed = this.#open.at(-1)
    if (unclosed !== undefined) {
      this.#fail(`Premature end of data in tag ${unclosed.name} line ${this.#lineOf(unclosed.at)}`)
    }
  }

  #reference(): void {
    const from = this.#at
    const match = this.#match(REFERENCE)
    if (match === null) this.#fail('xmlParseEntityRef: no name', from + 1)
    const [, decimal, hexadecimal, name] = match
    if (name !== undefined) {
      if (!this.#entities.has(name)) this.#fail(`Entity '${name}' not defined`)
      return
    }
    const code = decimal === undefined ? Number.parseInt(hexadecimal as string, 16) : Number(decimal)
    if (code > 0x10ffff || FORBIDDEN.test(String.fromCodePoint(code)))
      this.#fail('xmlParseCharRef: invalid xmlChar value')
  }

  #startTag(): void {
    const at = this.#at
    this.#at++
    const name = this.#match(NAME)?.[0]
    if (name === undefined) this.#fail('StartTag: invalid element name')
    const attributes = new Set<string>()
    for (;;) {
      const spaced = this.#match(SPACE) !== null
      if (this.#starts('/>')) {
        this.#at += 2
        return
      }
      if (this.#starts('>')) {
        this.#at++
        if (this.#open.length >= MAX_DEPTH) {
          this.#fail(`Excessive depth in document: ${MAX_DEPTH} use XML_PARSE_HUGE option`)
        }
        this.#open.push({ name, at })
        return
      }
      const attribute = this.#match(NAME)?.[0]
      if (attribute === undefined) {
        this.#fail(`Couldn't find end of Start Tag ${name} line ${this.#lineOf(at)}`)
      }
      if (!spaced) this.#fail('attributes construct error')
      this.#attribute(attribute, attributes)
    }
  }

  #attribute(name: string, known: Set<string>): void {
    this.#match(SPACE)
    if (!this.#starts('=')) this.#fail(`Specification mandates value for attribute ${name}`)
    this.#at++
    this.#match(SPACE)
    const from = this.#at
    const value = this.#match(ATTRIBUTE_VALUE)
    if (value === null) this.#fail('AttValue: " or \' expected')
    const end = this.#at
    for (let at = value[0].indexOf('&'); at >= 0; at = value[0].indexOf('&', at + 1)) {
      this.#at = from + at
      this.#reference()
    }
    this.#at = end
    if (known.has(name)) this.#fail(`Attribute ${name} redefined`)
    known.add(name)
  }

  #endTag(): void {
    const at = this.#at
    this.#at += 2
    const name = this.#match(NAME)?.[0] ?? ''
    this.#match(SPACE)
    const open = this.#open.pop()
    if (open === undefined) this.#fail('chunk is not well balanced', at)
    const isClosed = this.#starts('>')
    if (isClosed) this.#at++
    if (!isClosed || open.name !== name) {
      this.#fail(`Opening and ending tag mismatch: ${open.name} line ${this.#lineOf(open.at)} and ${name}`)
    }
  }
}

/** The first fault of a text, null when it has none. Content with a document type is checked as a document. */
export const xmlFault = (text: string, kind: 'document' | 'content'): XmlFault | null => {
  const checker = new XmlChecker(text)
  try {
    if (kind === 'document' || /^\s*(?:(?:<\?[^]*?\?>|<!--[^]*?-->)\s*)*<!DOCTYPE\s/.test(text)) {
      checker.checkDocument()
    } else checker.checkContent()
    return null
  } catch (error) {
    if (error instanceof Fault) return { message: error.message, at: error.at }
    throw error
  }
}
