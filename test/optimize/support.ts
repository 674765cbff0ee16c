/** An in-memory catalog to plan against: tables from column lists, with row counts and statistics as a test wants them. */
import { PG_CATALOG } from '../../src/types/oids.ts'
import { analysisContext, analyzeStatement } from '../../src/analyze/analyze.ts'
import { ParameterTypes } from '../../src/analyze/context.ts'
import { builtinObjects, initialObjects } from '../../src/catalog/bootstrap.ts'
import type { CatalogObject, Column, IndexDefinition, RelationObject } from '../../src/catalog/objects.ts'
import { CatalogSnapshot, PUBLIC_SCHEMA } from '../../src/catalog/snapshot.ts'
import type { TableStatistics } from '../../src/catalog/statistics/model.ts'
import { constantComputer } from '../../src/exec/expression/constants.ts'
import type { EvalContext } from '../../src/functions/context.ts'
import type { ColumnSummary, OptimizerContext } from '../../src/optimize/facts.ts'
import { ALL_METHODS, type PlannerMethods } from '../../src/optimize/methods.ts'
import { NAIVE_RULES, optimize, RULES } from '../../src/optimize/optimize.ts'
import { buildPlan } from '../../src/plan/build.ts'
import { explainText } from '../../src/plan/explain.ts'
import type { LogicalPlan } from '../../src/plan/logical.ts'
import type { PhysicalPlan } from '../../src/plan/physical.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { typeByName, typeByOid } from '../../src/types/index.ts'
import type { FormatContext } from '../../src/types/sql-type.ts'

export const FORMAT: FormatContext = {
  dateStyle: 'ISO',
  dateOrder: 'MDY',
  intervalStyle: 'postgres',
  timeZone: 'UTC',
  extraFloatDigits: 1,
  byteaOutput: 'hex',
  transactionTimestamp: 0,
  names: { format: () => null, resolve: (_kind, name) => Number(name) },
}

export interface TableSketch {
  /** `a int4 not null, b text`. */
  readonly columns: string
  readonly rows?: number
  /** `a, b desc`, `unique a` or `primary a`; `where c is not null` makes it partial. */
  readonly indexes?: readonly string[]
  readonly statistics?: Omit<TableStatistics, 'table'>
  readonly summaries?: Readonly<Record<string, ColumnSummary>>
}

const base = { owner: 10, comment: null, depends: [], acl: null } as const

const columnsOf = (text: string): Column[] =>
  text.split(/\s*,\s*/).map((part, i): Column => {
    const [name, typeName, ...rest] = part.trim().split(/\s+/)
    const type = typeByName(typeName as string)
    if (type === undefined) throw new Error(`no type ${typeName}`)
    const notNull = rest.join(' ') === 'not null'
    return {
      attnum: i + 1,
      name: name as string,
      type,
      typmod: -1,
      notNull,
      default: null,
      generated: false,
      identity: null,
      dropped: false,
      missing: null,
      collation: type.collation,
      comment: null,
    }
  })

const relation = (oid: number, name: string, rest: Partial<RelationObject>): RelationObject => ({
  ...base,
  class: 'relation',
  oid,
  name,
  kind: 'r',
  schema: PUBLIC_SCHEMA,
  persistence: 'p',
  columns: [],
  rowType: 0,
  storageId: oid,
  index: null,
  sequence: null,
  view: null,
  system: null,
  options: [],
  ...rest,
})

const conditionTree = (text: string): Record<string, unknown> => {
  const [statement] = parseStatements(`select ${text}`)
  if (statement === undefined) throw new Error(`no condition: ${text}`)
  const select = (statement.node as { SelectStmt: { targetList: { ResTarget: { val: unknown } }[] } }).SelectStmt
  return select.targetList[0]?.ResTarget.val as Record<string, unknown>
}

const indexOn = (table: RelationObject, oid: number, text: string): RelationObject => {
  const [keyPart, predicate] = text.split(' where ') as [string, string | undefined]
  const unique = /^(unique|primary) /.test(keyPart)
  const keys = keyPart.replace(/^(unique|primary) /, '').split(/\s*,\s*/)
  const definition: IndexDefinition = {
    table: table.oid,
    method: 'btree',
    keys: keys.map((key) => {
      const descending = key.endsWith(' desc')
      const name = key.replace(/ desc$/, '')
      const column = table.columns.find((c) => c.name === name)
      const expression = column === undefined ? conditionTree(name) : null
      const type = column?.type ?? (typeByName('text') as Column['type'])
      return { attnum: column?.attnum ?? 0, expression, type, descending, nullsFirst: descending, opclass: null }
    }),
    included: [],
    unique,
    nullsNotDistinct: false,
    primary: keyPart.startsWith('primary '),
    immediate: true,
    predicate: predicate === undefined ? null : conditionTree(predicate),
  }
  const name = definition.primary ? `${table.name}_pkey` : `${table.name}_${keys.join('_').replace(/\W+/g, '_')}_idx`
  return relation(oid, name, { kind: 'i', index: definition })
}

/** Everything needed to plan statements over the sketched tables. */
export class PlanningWorld {
  readonly catalog: CatalogSnapshot
  readonly #sketches = new Map<number, { sketch: TableSketch; table: RelationObject }>()

  constructor(tables: Readonly<Record<string, TableSketch>>) {
    const objects = new Map<number, CatalogObject>()
    for (const object of [...builtinObjects(), ...initialObjects()]) objects.set(object.oid, object)
    let oid = 20_000
    for (const [name, sketch] of Object.entries(tables)) {
      const table = relation(oid++, name, { columns: columnsOf(sketch.columns) })
      objects.set(table.oid, table)
      this.#sketches.set(table.oid, { sketch, table })
      for (const text of sketch.indexes ?? []) {
        const index = indexOn(table, oid++, text)
        objects.set(index.oid, index)
      }
    }
    this.catalog = new CatalogSnapshot(objects, 1)
  }

  /** The logical plan of a query before any rule, and what rules need. */
  built(sql: string, methods: PlannerMethods = ALL_METHODS): { plan: LogicalPlan; context: OptimizerContext } {
    const [statement] = parseStatements(sql)
    if (statement === undefined) throw new Error('no statement')
    const analysis = analysisContext({
      catalog: this.catalog,
      searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
      format: FORMAT,
      parameters: new ParameterTypes([], true),
      databaseName: 'test',
    })
    const query = analyzeStatement(analysis, statement.node)
    const context: OptimizerContext = {
      freshColumn: () => analysis.freshColumn(),
      typeOf: (oid) => typeByOid(oid) ?? this.catalog.typeOf(oid),
      catalog: this.catalog,
      compute: constantComputer(this.catalog, { format: FORMAT } as EvalContext),
      methods,
      tables: {
        rowCount: (storageId) => this.#sketches.get(storageId)?.sketch.rows ?? 1000,
        statistics: (table) => {
          const statistics = this.#sketches.get(table)?.sketch.statistics
          return statistics === undefined ? null : { ...statistics, table }
        },
        summary: (storageId, attnum) => {
          const known = this.#sketches.get(storageId)
          const name = known?.table.columns[attnum - 1]?.name
          return name === undefined ? null : (known?.sketch.summaries?.[name] ?? null)
        },
      },
    }
    return { plan: buildPlan(context, query), context }
  }

  /** `without`: name of a rule to leave out. */
  plan(sql: string, without?: string, methods: PlannerMethods = ALL_METHODS): PhysicalPlan {
    const { plan, context } = this.built(sql, methods)
    const rules = methods.optimizer ? RULES.filter((rule) => rule.name !== without) : NAIVE_RULES
    return optimize(plan, context, rules)
  }

  /** EXPLAIN (COSTS OFF), a line each. */
  explain(sql: string, options: { without?: string; verbose?: boolean; methods?: PlannerMethods } = {}): string {
    return explainText(this.plan(sql, options.without, options.methods), {
      costs: false,
      verbose: options.verbose ?? false,
      timing: false,
      format: FORMAT,
      actuals: null,
      planningTime: null,
      executionTime: null,
      relationName: () => '',
      schemaName: (oid) => this.catalog.schema(oid)?.name ?? '',
    }).join('\n')
  }
}
