/**
 * What SQL's own syntax does with XML: XMLELEMENT, XMLFOREST and their kin. They are no rows of pg_proc; each use of
 * the syntax makes a function of its own, which knows the names that were written.
 */
import { invalidXmlInstruction, notXmlDocument, reservedXmlTarget } from '../../errors/raise/xml.ts'
import { OID } from '../../types/oids.ts'
import type { Datum } from '../../types/sql-type.ts'
import { xmlFault } from '../../types/xml/check-xml.ts'
import { readDeclaration, writeDeclaration } from '../../types/xml/declaration.ts'
import { checkXml } from '../../types/xml/xml-type.ts'
import type { EvalContext } from '../context.ts'
import { quoteIdentifier } from '../keywords.ts'
import type { CallTypes, ScalarFunction } from '../records.ts'
import { escapeXmlAttribute, xmlValue } from './values.ts'

type Specialize = (types: CallTypes) => (context: EvalContext, ...args: Datum[]) => Datum

type Form = readonly (string | number)[]

const syntaxFunction = (
  name: string,
  args: readonly number[],
  form: Form,
  specialize: Specialize,
  result: number = OID.xml,
) =>
  ({
    kind: 'scalar',
    oid: 0,
    name,
    args,
    result,
    volatility: 'stable',
    strict: false,
    description: 'XML syntax',
    form,
    specialize,
  }) satisfies ScalarFunction

/** Arguments from a number on, apart by commas. */
const listed = (count: number, from = 0): Form =>
  Array.from({ length: count - from }, (_, i) => [...(i === 0 ? [] : [', ']), from + i]).flat()

/** Arguments with the names that they are given. */
const named = (names: readonly string[]): Form =>
  names.flatMap((name, i) => [...(i === 0 ? [] : [', ']), i, ` AS ${quoteIdentifier(name)}`])

const typeAt = ({ args }: CallTypes, i: number) => args[i] as NonNullable<(typeof args)[0]>

const elementForm = (name: string, attributes: readonly string[], count: number): Form => [
  `XMLELEMENT(NAME ${quoteIdentifier(name)}`,
  ...(attributes.length === 0 ? [] : [', XMLATTRIBUTES(', ...named(attributes), ')']),
  ...(count === attributes.length ? [] : [', ', ...listed(count, attributes.length)]),
  ')',
]

/** XMLELEMENT: attributes come first among the arguments. NULLs are left out. */
export const xmlElement = (name: string, attributes: readonly string[], args: readonly number[]): ScalarFunction =>
  syntaxFunction('xmlelement', args, elementForm(name, attributes, args.length), (types) => (context, ...values) => {
    let tag = name
    attributes.forEach((attribute, i) => {
      if (values[i] === null) return
      tag += ` ${attribute}="${escapeXmlAttribute(xmlValue(typeAt(types, i), values[i], context, false))}"`
    })
    let content: string | null = null
    for (let i = attributes.length; i < values.length; i++) {
      if (values[i] !== null) content = (content ?? '') + xmlValue(typeAt(types, i), values[i], context, true)
    }
    return content === null ? `<${tag}/>` : `<${tag}>${content}</${name}>`
  })

/** XMLFOREST: an element for each value that is not NULL; NULL when all are. */
export const xmlForest = (names: readonly string[], args: readonly number[]): ScalarFunction =>
  syntaxFunction('xmlforest', args, ['XMLFOREST(', ...named(names), ')'], (types) => (context, ...values) => {
    const elements = values.flatMap((value, i) =>
      value === null ? [] : [`<${names[i]}>${xmlValue(typeAt(types, i), value, context, true)}</${names[i]}>`],
    )
    return elements.length === 0 ? null : elements.join('')
  })

/** Values joined under one declaration: what all of them say. NULL when all are. */
export const concatenateXml = (values: readonly (string | null)[]): string | null => {
  const present = values.filter((value) => value !== null)
  if (present.length === 0) return null
  const declarations = present.map((value) => readDeclaration(value) ?? { version: null, standalone: null, length: 0 })
  const [first] = declarations
  const version = declarations.every((d) => d.version !== null && d.version === first?.version) ? first?.version : null
  const standalone = declarations.some((d) => d.standalone === null)
    ? null
    : declarations.every((d) => d.standalone === true)
  const body = present.map((value, i) => value.slice(declarations[i]?.length)).join('')
  return writeDeclaration(version ?? null, standalone) + body
}

export const xmlConcat = (count: number): ScalarFunction =>
  syntaxFunction(
    'xmlconcat',
    Array.from({ length: count }, () => OID.xml),
    ['XMLCONCAT(', ...listed(count), ')'],
    () =>
      (_context, ...values) =>
        concatenateXml(values),
  )

const parseForm = (kind: 'document' | 'content', keepsSpace: boolean): Form => [
  `XMLPARSE(${kind.toUpperCase()} `,
  0,
  keepsSpace ? ' PRESERVE WHITESPACE)' : ' STRIP WHITESPACE)',
]

export const xmlParse = (kind: 'document' | 'content', keepsSpace: boolean): ScalarFunction =>
  syntaxFunction(
    'xmlparse',
    [OID.text],
    parseForm(kind, keepsSpace),
    () => (_context, text) => (text === null ? null : checkXml(text, kind)),
  )

/** XMLPI; the content may be missing. Throws 42601, 2200T. */
export const xmlInstruction = (target: string, hasContent: boolean): ScalarFunction => {
  const form = [`XMLPI(NAME ${quoteIdentifier(target)}`, ...(hasContent ? [', ', 0] : []), ')']
  return syntaxFunction('xmlpi', hasContent ? [OID.text] : [], form, () => (_context, content) => {
    if (target.toLowerCase() === 'xml') throw reservedXmlTarget(target)
    if (!hasContent) return `<?${target}?>`
    if (content === null) return null
    if ((content as string).includes('?>')) {
      throw invalidXmlInstruction('XML processing instruction cannot contain "?>".')
    }
    return `<?${target} ${(content as string).replace(/^ +/, '')}?>`
  })
}

const rootForm = (hasVersion: boolean, standalone: boolean | null | undefined): Form => [
  'XMLROOT(',
  0,
  ', VERSION ',
  hasVersion ? 1 : 'NO VALUE',
  ...(standalone === undefined ? [] : [`, STANDALONE ${standalone === null ? 'NO VALUE' : standalone ? 'YES' : 'NO'}`]),
  ')',
]

/** XMLROOT: another version, and with `standalone` (null: none) another flag; undefined leaves it as it is. */
export const xmlRoot = (hasVersion: boolean, standalone: boolean | null | undefined): ScalarFunction =>
  syntaxFunction('xmlroot', [OID.xml, OID.text], rootForm(hasVersion, standalone), () => (_context, value, version) => {
    if (value === null) return null
    const declaration = readDeclaration(value) ?? { standalone: null, length: 0 }
    const flag = standalone === undefined ? declaration.standalone : standalone
    return writeDeclaration(version, flag) + (value as string).slice(declaration.length)
  })

export const isXmlDocument: ScalarFunction = syntaxFunction(
  'is document',
  [OID.xml],
  [0, ' IS DOCUMENT'],
  () => (_context, value) => (value === null ? null : xmlFault(value, 'document') === null),
  OID.bool,
)

/** XMLSERIALIZE: the text of a value, which must be a document where that is said. Throws 2200L. */
export const xmlSerialize = (kind: 'document' | 'content', type: string): ScalarFunction =>
  syntaxFunction(
    'xmlserialize',
    [OID.xml],
    [`XMLSERIALIZE(${kind.toUpperCase()} `, 0, ` AS ${type})`],
    () => (_context, value) => {
      if (value !== null && kind === 'document' && xmlFault(value, 'document') !== null) throw notXmlDocument()
      return value
    },
    OID.text,
  )
