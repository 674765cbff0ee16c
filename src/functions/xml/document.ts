/** XML documents as trees, as XPath sees them, and nodes as text again. */
import { escapeXmlAttribute } from './values.ts'

export interface XmlNode {
  readonly kind: 'document' | 'element' | 'attribute' | 'text' | 'comment' | 'instruction'
  /** As written, with its prefix; a processing instruction's target. */
  readonly name: string
  /** Text of attributes, texts, comments and instructions. */
  readonly value: string
  readonly parent: XmlNode | null
  readonly children: XmlNode[]
  readonly attributes: XmlNode[]
  /** Namespaces declared here, by prefix ('' for the default one). */
  readonly namespaces: ReadonlyMap<string, string>
  /** Position in document order. */
  readonly order: number
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^;]+));/g
const TOKEN =
  /<!--([^]*?)-->|<!\[CDATA\[([^]*?)\]\]>|<\?([^\s?]+)\s*([^]*?)\?>|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*'|\[[^]*?\]\s*(?=>))*>|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITY_DECLARATION = /<!ENTITY\s+(\S+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g
const NO_NAMESPACES: ReadonlyMap<string, string> = new Map()

/** The tree of a text that is known to be an XML document. */
export const parseXmlDocument = (text: string): XmlNode => {
  const entities = new Map(ENTITIES)
  let order = 0
  const node = (
    kind: XmlNode['kind'],
    name: string,
    value: string,
    parent: XmlNode | null,
    namespaces = NO_NAMESPACES,
  ): XmlNode => ({ kind, name, value, parent, children: [], attributes: [], namespaces, order: order++ })
  const decode = (raw: string): string =>
    raw.replace(REFERENCE, (_, hexadecimal, decimal, name) =>
      name === undefined
        ? String.fromCodePoint(hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16))
        : (entities.get(name) ?? ''),
    )
  const document = node('document', '', '', null)
  let parent = document
  const addText = (value: string): void => {
    const last = parent.children.at(-1)
    if (last?.kind === 'text') parent.children[parent.children.length - 1] = { ...last, value: last.value + value }
    else parent.children.push(node('text', '', value, parent))
  }
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [all, comment, cdata, target, instruction, close, open, attributes, empty, characters] = match
    if (comment !== undefined) parent.children.push(node('comment', '', comment, parent))
    else if (cdata !== undefined) addText(cdata)
    else if (target !== undefined) {
      if (target !== 'xml') parent.children.push(node('instruction', target, instruction as string, parent))
    } else if (close !== undefined) parent = parent.parent ?? document
    else if (open !== undefined) {
      const pairs = [...(attributes as string).matchAll(ATTRIBUTE)].map(
        ([, name, double, single]) => [name as string, decode((double ?? single) as string)] as const,
      )
      const declared = pairs.flatMap(([name, value]) =>
        name === 'xmlns' ? [['', value] as const] : name.startsWith('xmlns:') ? [[name.slice(6), value] as const] : [],
      )
      const element = node('element', open, '', parent, declared.length === 0 ? NO_NAMESPACES : new Map(declared))
      for (const [name, value] of pairs) {
        if (name !== 'xmlns' && !name.startsWith('xmlns:')) {
          element.attributes.push(node('attribute', name, value.replace(/[\t\n\r]/g, ' '), element))
        }
      }
      parent.children.push(element)
      if (empty === '') parent = element
    } else if (characters !== undefined) {
      if (parent !== document) addText(decode(characters.replace(/\r\n?/g, '\n')))
    } else {
      for (const [, name, double, single] of all.matchAll(ENTITY_DECLARATION)) {
        entities.set(name as string, (double ?? single) as string)
      }
    }
  }
  return document
}

/** The namespace that a prefix stands for at a node; '' for none. */
const namespaceAt = (node: XmlNode, prefix: string): string => {
  if (prefix === 'xml') return 'http://www.w3.org/XML/1998/namespace'
  for (let at: XmlNode | null = node; at !== null; at = at.parent) {
    const found = at.namespaces.get(prefix)
    if (found !== undefined) return found
  }
  return ''
}

export const localName = ({ name }: XmlNode): string => name.slice(name.indexOf(':') + 1)

/** The namespace of an element or attribute; attributes without a prefix have none. */
export const namespaceOf = (node: XmlNode): string => {
  const colon = node.name.indexOf(':')
  if (colon < 0 && node.kind === 'attribute') return ''
  return namespaceAt(node, colon < 0 ? '' : node.name.slice(0, colon))
}

/** XPath's string-value. */
export const stringValue = (node: XmlNode): string =>
  node.kind === 'element' || node.kind === 'document'
    ? node.children
        .filter(({ kind }) => kind === 'element' || kind === 'text')
        .map(stringValue)
        .join('')
    : node.value

const escapeText = (text: string): string =>
  text.replace(/[&<>\r]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' })[c] as string)

/** Namespaces that are used below a node and declared above it. */
const inherited = (root: XmlNode): Map<string, string> => {
  const needed = new Map<string, string>()
  const visit = (node: XmlNode): void => {
    for (const named of [node, ...node.attributes]) {
      const colon = named.name.indexOf(':')
      const prefix = colon < 0 ? '' : named.name.slice(0, colon)
      if ((colon < 0 && named.kind === 'attribute') || prefix === 'xml') continue
      let at: XmlNode | null = node
      while (at !== root.parent && at !== null && !at.namespaces.has(prefix)) at = at.parent
      const namespace = at === root.parent ? namespaceAt(root, prefix) : ''
      if (namespace !== '') needed.set(prefix, namespace)
    }
    for (const child of node.children) if (child.kind === 'element') visit(child)
  }
  visit(root)
  return needed
}

const serialize = (node: XmlNode, extra: ReadonlyMap<string, string>): string => {
  switch (node.kind) {
    case 'document':
      return node.children.map((child) => serialize(child, NO_NAMESPACES)).join('\n')
    case 'element': {
      const namespaces = Array.from([...extra, ...node.namespaces], ([prefix, uri]) =>
        prefix === '' ? ` xmlns="${escapeXmlAttribute(uri)}"` : ` xmlns:${prefix}="${escapeXmlAttribute(uri)}"`,
      )
      const attributes = node.attributes.map(({ name, value }) => ` ${name}="${escapeXmlAttribute(value)}"`)
      const head = `<${node.name}${namespaces.join('')}${attributes.join('')}`
      if (node.children.length === 0) return `${head}/>`
      return `${head}>${node.children.map((child) => serialize(child, NO_NAMESPACES)).join('')}</${node.name}>`
    }
    case 'comment':
      return `<!--${node.value}-->`
    case 'instruction':
      return `<?${node.name}${node.value === '' ? '' : ` ${node.value}`}?>`
    default:
      return escapeText(node.value)
  }
}

/** The text of a node by itself: with the namespaces that it needs. */
/** A whole document ends its line, as libxml writes it. */
export const xmlOfNode = (node: XmlNode): string =>
  serialize(node, node.kind === 'element' ? inherited(node) : NO_NAMESPACES) + (node.kind === 'document' ? '\n' : '')
