/** pg_language: languages of functions. */
import { aclArray } from '../privileges/acl-arrays.ts'
import { securableBuiltin } from '../privileges/objects.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { internalFunctionOid } from './data/internal-functions.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, lanname name!, lanowner oid!, lanispl bool!, lanpltrusted bool!, lanplcallfoid oid!, laninline oid!,
  lanvalidator oid!, lanacl _aclitem`

export const INTERNAL_LANGUAGE = 12

const LANGUAGES = [
  { oid: INTERNAL_LANGUAGE, name: 'internal', trusted: false, validator: 'fmgr_internal_validator' },
  { oid: 13, name: 'c', trusted: false, validator: 'fmgr_c_validator' },
  { oid: 14, name: 'sql', trusted: true, validator: 'fmgr_sql_validator' },
]

export const languageNamed = (name: string) => LANGUAGES.find((language) => language.name === name)

export const languageOf = (oid: number) => LANGUAGES.find((language) => language.oid === oid)

/** OID of a language by its name, 0 when there is none. */
export const languageOid = (name: string): number => languageNamed(name)?.oid ?? 0

export const pgLanguage = catalogTable('pg_language', 2612, COLUMNS, ({ catalog }) =>
  LANGUAGES.map(({ oid, name, trusted, validator }) => ({
    oid,
    lanname: name,
    lanowner: BOOTSTRAP_SUPERUSER,
    lanispl: false,
    lanpltrusted: trusted,
    lanplcallfoid: 0,
    laninline: 0,
    lanvalidator: internalFunctionOid(validator),
    lanacl: aclArray(securableBuiltin(catalog, 'language', oid, name).acl),
  })),
)
