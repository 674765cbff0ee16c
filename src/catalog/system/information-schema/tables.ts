/** information_schema: tables, columns, views, sequences and the element types of arrays. */
import { owns, seesColumn, seesSequence, seesTable } from './audience.ts'
import { FIRST_NORMAL_OID } from '../../snapshot.ts'
import type { Column, RelationObject } from '../../objects.ts'
import { storedExpression } from '../expressions.ts'
import { viewCheckOption } from '../../view-options.ts'
import { relationsOf, schemaName } from '../names.ts'
import { informationView, type SystemRow } from '../relation.ts'
import type { SystemSource } from '../source.ts'
import { typeColumns } from './types.ts'

const TABLES_COLUMNS = `
  table_catalog name, table_schema name, table_name name, table_type varchar, self_referencing_column_name name,
  reference_generation varchar, user_defined_type_catalog name, user_defined_type_schema name,
  user_defined_type_name name, is_insertable_into yes_or_no, is_typed yes_or_no, commit_action varchar`

const COLUMNS_COLUMNS = `
  table_catalog name, table_schema name, table_name name, column_name name, ordinal_position int4, column_default
  varchar, is_nullable yes_or_no, data_type varchar, character_maximum_length int4, character_octet_length int4,
  numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type
  varchar, interval_precision int4, character_set_catalog name, character_set_schema name, character_set_name
  name, collation_catalog name, collation_schema name, collation_name name, domain_catalog name, domain_schema
  name, domain_name name, udt_catalog name, udt_schema name, udt_name name, scope_catalog name, scope_schema name,
  scope_name name, maximum_cardinality int4, dtd_identifier name, is_self_referencing yes_or_no, is_identity
  yes_or_no, identity_generation varchar, identity_start varchar, identity_increment varchar, identity_maximum
  varchar, identity_minimum varchar, identity_cycle yes_or_no, is_generated varchar, generation_expression
  varchar, is_updatable yes_or_no`

const VIEWS_COLUMNS = `
  table_catalog name, table_schema name, table_name name, view_definition varchar, check_option varchar,
  is_updatable yes_or_no, is_insertable_into yes_or_no, is_trigger_updatable yes_or_no, is_trigger_deletable
  yes_or_no, is_trigger_insertable_into yes_or_no`

const SEQUENCES_COLUMNS = `
  sequence_catalog name, sequence_schema name, sequence_name name, data_type varchar, numeric_precision int4,
  numeric_precision_radix int4, numeric_scale int4, start_value varchar, minimum_value varchar, maximum_value
  varchar, increment varchar, cycle_option yes_or_no`

const ELEMENT_TYPES_COLUMNS = `
  object_catalog name, object_schema name, object_name name, object_type varchar, collection_type_identifier name,
  data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name,
  character_set_schema name, character_set_name name, collation_catalog name, collation_schema name,
  collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4,
  datetime_precision int4, interval_type varchar, interval_precision int4, domain_default varchar, udt_catalog
  name, udt_schema name, udt_name name, scope_catalog name, scope_schema name, scope_name name,
  maximum_cardinality int4, dtd_identifier name`

export const yesNo = (value: boolean): string => (value ? 'YES' : 'NO')

const database = ({ eval: { session } }: SystemSource): string => session.database

/** table_catalog, table_schema and table_name. */
export const tableColumns = (source: SystemSource, relation: RelationObject): SystemRow => ({
  table_catalog: database(source),
  table_schema: schemaName(source.catalog, relation),
  table_name: relation.name,
})

const isTemporary = ({ persistence }: RelationObject): boolean => persistence === 't'
const isTable = ({ kind, system }: RelationObject): boolean => (kind === 'r' || kind === 'p') && system === null

/** Bits of pg_relation_is_updatable: INSERT, and UPDATE with DELETE. */
const INSERTABLE = 8
const UPDATABLE = 20

const allows = (source: SystemSource, relation: RelationObject, changes: number): boolean =>
  relation.system === null &&
  (Number(source.eval.catalog.call('pg_relation_is_updatable', [relation.oid, false])) & changes) === changes

const isColumnUpdatable = (source: SystemSource, relation: RelationObject, { attnum }: Column): boolean =>
  isTable(relation) ||
  (relation.kind === 'v' && source.eval.catalog.call('pg_column_is_updatable', [relation.oid, attnum, false]) === true)

/** Relations of some kinds that the current role may know of. */
const shown = (source: SystemSource, kinds: string): RelationObject[] =>
  relationsOf(source.catalog, kinds).filter((relation) => seesTable(source, relation))

export const liveColumns = ({ columns }: RelationObject): Column[] => columns.filter((column) => !column.dropped)

const tables = informationView('tables', 13425, TABLES_COLUMNS, (source) =>
  shown(source, 'rpv').map((relation) => ({
    ...tableColumns(source, relation),
    table_type: relation.kind === 'v' ? 'VIEW' : isTemporary(relation) ? 'LOCAL TEMPORARY' : 'BASE TABLE',
    is_insertable_into: yesNo(relation.kind === 'r' || relation.kind === 'p' || allows(source, relation, INSERTABLE)),
    is_typed: yesNo(relation.ofType !== undefined),
    commit_action: isTemporary(relation) ? 'PRESERVE' : null,
  })),
)

const identityColumns = ({ catalog }: SystemSource, { identity }: Column): SystemRow => {
  const sequence = identity === null ? undefined : catalog.relation(identity.sequence)?.sequence
  if (identity === null || sequence === undefined || sequence === null) {
    return { is_identity: 'NO', identity_cycle: 'NO' }
  }
  return {
    is_identity: 'YES',
    identity_generation: identity.always ? 'ALWAYS' : 'BY DEFAULT',
    identity_start: String(sequence.start),
    identity_increment: String(sequence.increment),
    identity_maximum: String(sequence.max),
    identity_minimum: String(sequence.min),
    identity_cycle: yesNo(sequence.cycle),
  }
}

const columnRow = (source: SystemSource, relation: RelationObject, column: Column): SystemRow => {
  const expression =
    column.default === null
      ? null
      : source.eval.catalog.call('pg_get_expr', [storedExpression(column.default, column.attnum), relation.oid])
  return {
    ...tableColumns(source, relation),
    column_name: column.name,
    ordinal_position: column.attnum,
    column_default: column.generated ? null : expression,
    is_nullable: yesNo(!column.notNull),
    ...typeColumns(source.catalog, database(source), column.type, column.typmod),
    dtd_identifier: String(column.attnum),
    is_self_referencing: 'NO',
    ...identityColumns(source, column),
    is_generated: column.generated ? 'ALWAYS' : 'NEVER',
    generation_expression: column.generated ? expression : null,
    is_updatable: yesNo(isColumnUpdatable(source, relation, column)),
  }
}

const columns = informationView('columns', 13295, COLUMNS_COLUMNS, (source) =>
  shown(source, 'rpv').flatMap((relation) =>
    liveColumns(relation)
      .filter(({ attnum }) => seesColumn(source, relation, attnum))
      .map((column) => columnRow(source, relation, column)),
  ),
)

const views = informationView('views', 13483, VIEWS_COLUMNS, (source) =>
  shown(source, 'v').map((relation) => ({
    ...tableColumns(source, relation),
    view_definition:
      relation.view === null || !owns(source, relation)
        ? null
        : source.eval.catalog.call('pg_get_viewdef', [relation.oid]),
    check_option: viewCheckOption(relation)?.toUpperCase() ?? 'NONE',
    is_updatable: yesNo(allows(source, relation, UPDATABLE)),
    is_insertable_into: yesNo(allows(source, relation, INSERTABLE)),
    is_trigger_updatable: 'NO',
    is_trigger_deletable: 'NO',
    is_trigger_insertable_into: 'NO',
  })),
)

/** Sequences behind identity columns are not listed. */
const isIdentitySequence = ({ catalog }: SystemSource, { oid, sequence }: RelationObject): boolean => {
  const owner = sequence?.ownedBy ?? null
  if (owner === null) return false
  return catalog.relation(owner.relation)?.columns[owner.attnum - 1]?.identity?.sequence === oid
}

const sequences = informationView('sequences', 13386, SEQUENCES_COLUMNS, (source) =>
  relationsOf(source.catalog, 'S').flatMap((relation) => {
    const { sequence } = relation
    if (sequence === null || isIdentitySequence(source, relation) || !seesSequence(source, relation)) return []
    return [
      {
        sequence_catalog: database(source),
        sequence_schema: schemaName(source.catalog, relation),
        sequence_name: relation.name,
        ...typeColumns(source.catalog, database(source), sequence.type, -1),
        start_value: String(sequence.start),
        minimum_value: String(sequence.min),
        maximum_value: String(sequence.max),
        increment: String(sequence.increment),
        cycle_option: yesNo(sequence.cycle),
      },
    ]
  }),
)

const elementTypes = informationView('element_types', 13493, ELEMENT_TYPES_COLUMNS, (source) =>
  relationsOf(source.catalog, 'rpv').flatMap((relation) =>
    liveColumns(relation).flatMap(({ attnum, type, typmod }) =>
      type.element === null || type.category !== 'A' || relation.oid < FIRST_NORMAL_OID
        ? []
        : [
            {
              object_catalog: database(source),
              object_schema: schemaName(source.catalog, relation),
              object_name: relation.name,
              object_type: relation.kind === 'v' ? 'VIEW' : 'TABLE',
              collection_type_identifier: String(attnum),
              ...typeColumns(source.catalog, database(source), type.element, typmod),
              dtd_identifier: `a${attnum}`,
            },
          ],
    ),
  ),
)

export const tableInformation = [tables, columns, views, sequences, elementTypes]
