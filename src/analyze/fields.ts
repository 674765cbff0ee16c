/** Fields of composite values. */
import {
  undefinedColumnOf,
  undefinedRecordField,
  undefinedTypeColumn,
  wrongObjectType,
} from '../errors/raise/analysis.ts'
import { baseTypeOf } from '../types/domain-type.ts'
import { formatType } from '../types/index.ts'
import { OID } from '../types/oids.ts'
import { isRowType } from '../types/record.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Expr } from './expression.ts'

/** The fields of a value of a named row type (or a domain over one), or null of other values. */
const fieldsOfType = (type: SqlType) => {
  const base = baseTypeOf(type)
  return isRowType(base) ? base.fields() : null
}

/** A field of a composite value; null when it has none of that name, or is no composite value. */
export const fieldOrNull = (arg: Expr, name: string): Expr | null => {
  if (arg.kind === 'row') {
    const i = arg.names.indexOf(name)
    if (i >= 0) return arg.fields[i] as Expr
  }
  const fields = recordFields(arg) ?? fieldsOfType(arg.type)
  const field = fields?.findIndex((f) => f.name === name) ?? -1
  const found = fields?.[field]
  if (found === undefined) return null
  return { kind: 'field', arg, field, type: found.type, typmod: found.typmod }
}

/** The fields of an anonymous record that its expression tells, or null where they are not known. */
const recordFields = (arg: Expr) => {
  if (arg.type.oid !== OID.record) return null
  const known =
    arg.kind === 'call' || arg.kind === 'set-call'
      ? arg.columns
      : arg.kind === 'column'
        ? arg.record
        : arg.kind === 'subquery'
          ? arg.query.outputs[0]?.record
          : undefined
  return known?.map(({ name, type }) => ({ name, type, typmod: -1 })) ?? null
}

/** All fields of a composite value as (name, expression), or null when they are not known. */
export const fieldsOfValue = (arg: Expr): readonly { readonly name: string; readonly expr: Expr }[] | null => {
  if (arg.kind === 'row') return arg.fields.map((expr, i) => ({ name: arg.names[i] as string, expr }))
  const fields = recordFields(arg) ?? fieldsOfType(arg.type)
  return (
    fields?.map(({ name, type, typmod }, field) => ({
      name,
      expr: { kind: 'field', arg, field, type, typmod } as Expr,
    })) ?? null
  )
}

/** A field of a composite value. Throws 42703, 42809. */
export const fieldOf = (arg: Expr, name: string, location: number | undefined): Expr => {
  const found = fieldOrNull(arg, name)
  if (found !== null) return found
  if (arg.type.oid === OID.record) throw undefinedRecordField(name, location)
  const base = baseTypeOf(arg.type)
  if (!isRowType(base)) {
    throw wrongObjectType(
      `column notation .${name} applied to type ${formatType(arg.type, -1)}, which is not a composite type`,
      location,
    )
  }
  if (arg.kind === 'row') throw undefinedColumnOf(base.sqlName, name, location)
  throw undefinedTypeColumn(name, formatType(arg.type, -1), location)
}
