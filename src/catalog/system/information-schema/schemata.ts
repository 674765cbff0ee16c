/** information_schema: the catalog, schemas, roles, character sets and collations. */
import { hasPrivilegesOf } from '../../privileges/membership.ts'
import { actingRole, seesSchema } from './audience.ts'
import { roleName } from '../names.ts'
import { informationView } from '../relation.ts'

const INFORMATION_SCHEMA_CATALOG_NAME_COLUMNS = `
  catalog_name name`

const SCHEMATA_COLUMNS = `
  catalog_name name, schema_name name, schema_owner name, default_character_set_catalog name,
  default_character_set_schema name, default_character_set_name name, sql_path varchar`

const ENABLED_ROLES_COLUMNS = `
  role_name name`

const APPLICABLE_ROLES_COLUMNS = `
  grantee name, role_name name, is_grantable yes_or_no`

const CHARACTER_SETS_COLUMNS = `
  character_set_catalog name, character_set_schema name, character_set_name name, character_repertoire name,
  form_of_use name, default_collate_catalog name, default_collate_schema name, default_collate_name name`

const COLLATIONS_COLUMNS = `
  collation_catalog name, collation_schema name, collation_name name, pad_attribute varchar`

const catalogName = informationView(
  'information_schema_catalog_name',
  13227,
  INFORMATION_SCHEMA_CATALOG_NAME_COLUMNS,
  ({ eval: { session } }) => [{ catalog_name: session.database }],
)

const schemata = informationView('schemata', 13382, SCHEMATA_COLUMNS, (source) =>
  Array.from(source.catalog.all('schema'))
    .filter((schema) => seesSchema(source, schema))
    .map(({ name, owner }) => ({
      catalog_name: source.eval.session.database,
      schema_name: name,
      schema_owner: roleName(source.catalog, owner),
    })),
)

const enabledRoles = informationView('enabled_roles', 13325, ENABLED_ROLES_COLUMNS, (source) =>
  Array.from(source.catalog.all('role'))
    .filter(({ oid }) => hasPrivilegesOf(source.catalog, actingRole(source), oid))
    .map(({ name }) => ({ role_name: name })),
)

const applicableRoles = informationView('applicable_roles', 13236, APPLICABLE_ROLES_COLUMNS, (source) =>
  Array.from(source.catalog.all('role'))
    .filter(({ oid }) => hasPrivilegesOf(source.catalog, actingRole(source), oid))
    .flatMap(({ name, memberOf }) =>
      memberOf.map(({ role, admin }) => ({
        grantee: name,
        role_name: roleName(source.catalog, role),
        is_grantable: admin ? 'YES' : 'NO',
      })),
    ),
)

const characterSets = informationView('character_sets', 13250, CHARACTER_SETS_COLUMNS, ({ eval: { session } }) => [
  {
    character_set_name: 'UTF8',
    character_repertoire: 'UCS',
    form_of_use: 'UTF8',
    default_collate_catalog: session.database,
    default_collate_schema: 'pg_catalog',
    default_collate_name: 'C.UTF-8',
  },
])

const collations = informationView('collations', 13265, COLLATIONS_COLUMNS, ({ eval: { session } }) =>
  ['default', 'C', 'POSIX'].map((name) => ({
    collation_catalog: session.database,
    collation_schema: 'pg_catalog',
    collation_name: name,
    pad_attribute: 'NO PAD',
  })),
)

export const schemaInformation = [catalogName, schemata, enabledRoles, applicableRoles, characterSets, collations]
