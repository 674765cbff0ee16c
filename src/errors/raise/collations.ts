/** Collations: which are unknown, which do not go together, and what some of them cannot do. */
import { SqlError } from '../sql-error.ts'
import { SQL_STATE } from '../sql-state.ts'
import { LocatedError, type Location } from './analysis.ts'

export const undefinedCollation = (name: string, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.undefined_object, `collation "${name}" for encoding "UTF8" does not exist`, location)

export const collationNotSupported = (type: string, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.datatype_mismatch, `collations are not supported by type ${type}`, location)

/** Two COLLATE clauses that apply to the same comparison. */
export const explicitMismatch = (one: string, other: string, location: Location): SqlError =>
  new LocatedError(
    SQL_STATE.collation_mismatch,
    `collation mismatch between explicit collations "${one}" and "${other}"`,
    location,
  )

/** Columns of different collations that a set operation brings together. */
export const implicitMismatch = (one: string, other: string, location: Location): SqlError =>
  new LocatedError(
    SQL_STATE.collation_mismatch,
    `collation mismatch between implicit collations "${one}" and "${other}"`,
    location,
    { hint: 'You can choose the collation by applying the COLLATE clause to one or both expressions.' },
  )

/** The types are those of the term without the recursion and of the whole. */
export const recursiveCollation = (query: string, column: number, base: Under, overall: Under, location: Location) =>
  new LocatedError(
    SQL_STATE.collation_mismatch,
    `recursive query "${query}" column ${column} has collation "${nameOf(base)}" in non-recursive term but collation "${nameOf(overall)}" overall`,
    location,
    { hint: 'Use the COLLATE clause to set the collation of the non-recursive term.' },
  )

interface Under {
  readonly collated?: { readonly name: string }
}

const nameOf = ({ collated }: Under): string => collated?.name ?? 'default'

/** `what`: string comparison, ILIKE, … */
export const indeterminateCollation = (what: string): SqlError =>
  new SqlError(SQL_STATE.indeterminate_collation, `could not determine which collation to use for ${what}`, {
    hint: 'Use the COLLATE clause to set the collation explicitly.',
  })

/** Of a column that a query defines. */
export const noCollation = (column: string, type: string): SqlError =>
  new SqlError(
    SQL_STATE.indeterminate_collation,
    `no collation was derived for column "${column}" with collatable type ${type}`,
    { hint: 'Use the COLLATE clause to set the collation explicitly.' },
  )

/** `what`: LIKE, regular expressions, … */
export const nondeterministicNotSupported = (what: string): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, `nondeterministic collations are not supported for ${what}`)

export const duplicateCollation = (name: string, encoding: string | null): SqlError =>
  new SqlError(
    SQL_STATE.duplicate_object,
    `collation "${name}"${encoding === null ? '' : ` for encoding "${encoding}"`} already exists`,
  )

export const collationInSchema = (name: string, schema: string): SqlError =>
  new SqlError(SQL_STATE.duplicate_object, `collation "${name}" already exists in schema "${schema}"`)

export const localeWithParts = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'conflicting or redundant options', {
    detail: 'LOCALE cannot be specified together with LC_COLLATE or LC_CTYPE.',
  })

export const fromWithOthers = (): SqlError =>
  new SqlError(SQL_STATE.syntax_error, 'conflicting or redundant options', {
    detail: 'FROM cannot be specified together with any other options.',
  })

export const fromDefaultCollation = (): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, 'collation "default" cannot be copied')

export const unknownProvider = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, `unrecognized collation provider: ${name}`)

export const missingCollationParameter = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_object_definition, `parameter "${name}" must be specified`)

export const unknownCollationAttribute = (name: string, location?: Location): SqlError =>
  new LocatedError(SQL_STATE.syntax_error, `collation attribute "${name}" not recognized`, location)

export const unknownLibcLocale = (name: string): SqlError =>
  new SqlError(SQL_STATE.invalid_parameter_value, `could not create locale "${name}": No such file or directory`, {
    detail: `The operating system could not find any locale data for the locale name "${name}".`,
  })

export const unusableLocale = (locale: string): SqlError =>
  new SqlError(
    SQL_STATE.invalid_parameter_value,
    `could not open collator for locale "${locale}": U_ILLEGAL_ARGUMENT_ERROR`,
  )

/** libc compares bytes last. */
export const nondeterministicLibc = (): SqlError =>
  new SqlError(SQL_STATE.feature_not_supported, 'nondeterministic collations not supported with this provider')
