/** Templates of to_char, to_timestamp and to_date taken apart into fields and literal text. */
import { memoize } from '../../types/pattern/memoize.ts'

/** Field names, longest first among those that begin alike. */
const FIELDS = [
  'A.D.',
  'AD',
  'A.M.',
  'AM',
  'B.C.',
  'BC',
  'CC',
  'DAY',
  'DDD',
  'DD',
  'DY',
  'D',
  'FF1',
  'FF2',
  'FF3',
  'FF4',
  'FF5',
  'FF6',
  'HH24',
  'HH12',
  'HH',
  'IDDD',
  'ID',
  'IW',
  'IYYY',
  'IYY',
  'IY',
  'I',
  'J',
  'MI',
  'MM',
  'MONTH',
  'MON',
  'MS',
  'OF',
  'P.M.',
  'PM',
  'Q',
  'RM',
  'SSSSS',
  'SSSS',
  'SS',
  'TZH',
  'TZM',
  'TZ',
  'US',
  'WW',
  'W',
  'Y,YYY',
  'YYYY',
  'YYY',
  'YY',
  'Y',
] as const

export type FieldName = (typeof FIELDS)[number]

/** A field as the template writes it, or text between fields. */
export type TemplateNode =
  | {
      readonly kind: 'field'
      readonly name: FieldName
      /** As written: its case decides the case of names. */
      readonly written: string
      /** FM: no blanks or zeros are added. */
      readonly fill: boolean
      /** `th` or `TH` after a number. */
      readonly ordinal: string
    }
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }

/** Fields are written in capitals or in small letters; names of days and months also like names. */
const SPELLINGS: readonly (readonly [field: FieldName, spelling: string])[] = FIELDS.flatMap((field) => {
  const small = field.toLowerCase()
  const named = ['DAY', 'DY', 'MON', 'MONTH'].includes(field) ? [field.charAt(0) + small.slice(1)] : []
  return [field, small, ...named].map((spelling) => [field, spelling] as const)
})

const fieldAt = (template: string, at: number): FieldName | undefined =>
  SPELLINGS.find(([, spelling]) => template.startsWith(spelling, at))?.[0]

const isName = (template: string, at: number): boolean => /^(month|mon|day|dy)/i.test(template.slice(at))

const parseTemplate = (template: string): readonly TemplateNode[] => {
  const nodes: TemplateNode[] = []
  let at = 0
  let fill = false
  while (at < template.length) {
    if (/^(FM|fm|TM|tm|FX|fx)/.test(template.slice(at, at + 2))) {
      // Names in the language of the server are not padded either.
      if (/^[FT]M/i.test(template.slice(at, at + 2)))
        fill = !/^T/i.test(template.slice(at, at + 2)) || isName(template, at + 2)
      at += 2
      continue
    }
    const field = fieldAt(template, at)
    if (field !== undefined) {
      const written = template.slice(at, at + field.length)
      at += field.length
      const ordinal = /^(th|TH)/.test(template.slice(at, at + 2)) ? template.slice(at, at + 2) : ''
      at += ordinal.length
      // Spelled-out numbers are not there in PostgreSQL either: the suffix is read and means nothing.
      if (/^SP/i.test(template.slice(at, at + 2))) at += 2
      nodes.push({ kind: 'field', name: field, written, fill, ordinal })
      fill = false
      continue
    }
    at = readText(template, at, nodes)
  }
  return nodes
}

/** Reads quoted text or one character that belongs to no field; answers where it ends. */
const readText = (template: string, start: number, nodes: TemplateNode[]): number => {
  if (template[start] !== '"') {
    const at = template[start] === '\\' && template[start + 1] === '"' ? start + 1 : start
    nodes.push({ kind: 'text', text: template[at] as string, quoted: false })
    return at + 1
  }
  let text = ''
  let at = start + 1
  while (at < template.length && template[at] !== '"') {
    if (template[at] === '\\') at++
    text += template[at++] ?? ''
  }
  nodes.push({ kind: 'text', text, quoted: true })
  return at + 1
}

/** The nodes of a template. */
export const datetimeTemplate = memoize(parseTemplate)
