/** information_schema: constraints and the columns that they are about. */
import type { ConstraintObject, ForeignKey, ReferentialAction, RelationObject } from '../../objects.ts'
import { schemaName } from '../names.ts'
import { informationView, type SystemRow } from '../relation.ts'
import type { SystemSource } from '../source.ts'
import { liveColumns, tableColumns, yesNo } from './tables.ts'

const TABLE_CONSTRAINTS_COLUMNS = `
  constraint_catalog name, constraint_schema name, constraint_name name, table_catalog name, table_schema name,
  table_name name, constraint_type varchar, is_deferrable yes_or_no, initially_deferred yes_or_no, enforced
  yes_or_no, nulls_distinct yes_or_no`

const KEY_COLUMN_USAGE_COLUMNS = `
  constraint_catalog name, constraint_schema name, constraint_name name, table_catalog name, table_schema name,
  table_name name, column_name name, ordinal_position int4, position_in_unique_constraint int4`

const CONSTRAINT_COLUMN_USAGE_COLUMNS = `
  table_catalog name, table_schema name, table_name name, column_name name, constraint_catalog name,
  constraint_schema name, constraint_name name`

const CONSTRAINT_TABLE_USAGE_COLUMNS = `
  table_catalog name, table_schema name, table_name name, constraint_catalog name, constraint_schema name,
  constraint_name name`

const REFERENTIAL_CONSTRAINTS_COLUMNS = `
  constraint_catalog name, constraint_schema name, constraint_name name, unique_constraint_catalog name,
  unique_constraint_schema name, unique_constraint_name name, match_option varchar, update_rule varchar,
  delete_rule varchar`

const CHECK_CONSTRAINTS_COLUMNS = `
  constraint_catalog name, constraint_schema name, constraint_name name, check_clause varchar`

const TYPES = { check: 'CHECK', primary: 'PRIMARY KEY', unique: 'UNIQUE', foreign: 'FOREIGN KEY' } as const

/** constraint_catalog, constraint_schema and constraint_name. */
const identity = (source: SystemSource, constraint: Pick<ConstraintObject, 'schema' | 'name'>): SystemRow => ({
  constraint_catalog: source.eval.session.database,
  constraint_schema: schemaName(source.catalog, constraint),
  constraint_name: constraint.name,
})

/** Constraints that the standard knows, with their tables. */
const constraints = ({ catalog }: SystemSource): { constraint: ConstraintObject; table: RelationObject }[] =>
  Array.from(catalog.all('constraint')).flatMap((constraint) => {
    const table = catalog.relation(constraint.table)
    return table === null || constraint.type === 'exclude' ? [] : [{ constraint, table }]
  })

/** NOT NULL as the check constraint that the standard takes it for. */
const notNulls = ({ catalog }: SystemSource) =>
  Array.from(catalog.all('relation')).flatMap((table) =>
    table.kind !== 'r'
      ? []
      : liveColumns(table)
          .filter((column) => column.notNull)
          .map((column) => ({
            table,
            column,
            constraint: { schema: table.schema, name: `${table.schema}_${table.oid}_${column.attnum}_not_null` },
          })),
  )

const nullsDistinct = ({ catalog }: SystemSource, { type, index }: ConstraintObject): string | null =>
  type === 'unique' ? yesNo(catalog.relation(index)?.index?.nullsNotDistinct !== true) : null

const tableConstraints = informationView('table_constraints', 13411, TABLE_CONSTRAINTS_COLUMNS, (source) => [
  ...constraints(source).map(({ constraint, table }) => ({
    ...identity(source, constraint),
    ...tableColumns(source, table),
    constraint_type: TYPES[constraint.type as keyof typeof TYPES],
    is_deferrable: yesNo(constraint.deferrable),
    initially_deferred: yesNo(constraint.initiallyDeferred),
    enforced: 'YES',
    nulls_distinct: nullsDistinct(source, constraint),
  })),
  ...notNulls(source).map(({ constraint, table }) => ({
    ...identity(source, constraint),
    ...tableColumns(source, table),
    constraint_type: TYPES.check,
    is_deferrable: 'NO',
    initially_deferred: 'NO',
    enforced: 'YES',
  })),
])

const columnName = (table: RelationObject | null, attnum: number): string => table?.columns[attnum - 1]?.name ?? ''

const keyColumnUsage = informationView('key_column_usage', 13329, KEY_COLUMN_USAGE_COLUMNS, (source) =>
  constraints(source)
    .filter(({ constraint }) => constraint.type !== 'check')
    .flatMap(({ constraint, table }) =>
      constraint.columns.map((attnum, i) => ({
        ...identity(source, constraint),
        ...tableColumns(source, table),
        column_name: columnName(table, attnum),
        ordinal_position: i + 1,
        position_in_unique_constraint: positionInKey(source, constraint.foreign, i),
      })),
    ),
)

/** Where the referenced key has the column that the i-th one of a foreign key refers to. */
const positionInKey = ({ catalog }: SystemSource, foreign: ForeignKey | null, i: number): number | null => {
  if (foreign === null) return null
  const keys = catalog.relation(foreign.index)?.index?.keys ?? []
  return keys.findIndex((key) => key.attnum === foreign.columns[i]) + 1
}

/** The table and columns that a constraint uses: of a foreign key those that it refers to. */
const usage = ({ catalog }: SystemSource, constraint: ConstraintObject, table: RelationObject) =>
  constraint.foreign === null
    ? { table, columns: constraint.columns }
    : { table: catalog.relation(constraint.foreign.table) ?? table, columns: constraint.foreign.columns }

const constraintColumnUsage = informationView(
  'constraint_column_usage',
  13300,
  CONSTRAINT_COLUMN_USAGE_COLUMNS,
  (source) =>
    constraints(source).flatMap(({ constraint, table }) => {
      const used = usage(source, constraint, table)
      return used.columns.map((attnum) => ({
        ...tableColumns(source, used.table),
        column_name: columnName(used.table, attnum),
        ...identity(source, constraint),
      }))
    }),
)

const constraintTableUsage = informationView(
  'constraint_table_usage',
  13305,
  CONSTRAINT_TABLE_USAGE_COLUMNS,
  (source) =>
    constraints(source)
      .filter(({ constraint }) => constraint.type !== 'check')
      .map(({ constraint, table }) => ({
        ...tableColumns(source, usage(source, constraint, table).table),
        ...identity(source, constraint),
      })),
)

const ruleOf = (action: ReferentialAction): string => action.toUpperCase()

const referentialConstraints = informationView(
  'referential_constraints',
  13339,
  REFERENTIAL_CONSTRAINTS_COLUMNS,
  (source) =>
    constraints(source).flatMap(({ constraint }) => {
      const { foreign } = constraint
      if (foreign === null) return []
      const unique = source.catalog.constraintsOf(foreign.table).find(({ index }) => index === foreign.index)
      return [
        {
          ...identity(source, constraint),
          unique_constraint_catalog: unique === undefined ? null : source.eval.session.database,
          unique_constraint_schema: unique === undefined ? null : schemaName(source.catalog, unique),
          unique_constraint_name: unique?.name ?? null,
          match_option: foreign.matchFull ? 'FULL' : 'NONE',
          update_rule: ruleOf(foreign.onUpdate),
          delete_rule: ruleOf(foreign.onDelete),
        },
      ]
    }),
)

const checkConstraints = informationView('check_constraints', 13260, CHECK_CONSTRAINTS_COLUMNS, (source) => [
  ...constraints(source)
    .filter(({ constraint }) => constraint.type === 'check')
    .map(({ constraint }) => ({
      ...identity(source, constraint),
      check_clause: (source.eval.catalog.call('pg_get_constraintdef', [constraint.oid]) as string).slice(
        'CHECK '.length,
      ),
    })),
  ...notNulls(source).map(({ constraint, column }) => ({
    ...identity(source, constraint),
    check_clause: `${column.name} IS NOT NULL`,
  })),
])

export const constraintInformation = [
  tableConstraints,
  keyColumnUsage,
  constraintColumnUsage,
  constraintTableUsage,
  referentialConstraints,
  checkConstraints,
]
