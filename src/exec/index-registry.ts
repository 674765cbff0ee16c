/** The ordered indexes behind the catalog's index relations. */
import { PG_CATALOG } from '../types/oids.ts'
import { analysisContext } from '../analyze/analyze.ts'
import { type AnalysisContext, ParameterTypes } from '../analyze/context.ts'
import { tableItem } from '../analyze/from.ts'
import { CLAUSE } from '../analyze/scope.ts'
import { storedCondition, storedExpression } from '../analyze/table-expressions.ts'
import type { RelationObject } from '../catalog/objects.ts'
import { type CatalogSnapshot, PUBLIC_SCHEMA } from '../catalog/snapshot.ts'
import type { EvalContext } from '../functions/context.ts'
import { OrderedIndex } from '../storage/index/ordered-index.ts'
import type { Storage } from '../storage/storage.ts'
import type { Datum } from '../types/sql-type.ts'
import { Batch } from '../vector/batch.ts'
import { ConstantVector } from '../vector/vector.ts'
import { descriptorsOf } from '../catalog/columns.ts'
import { ExecutionContext } from './context.ts'
import type { Evaluator } from './expression/evaluator.ts'
import { interpret } from './expression/interpret.ts'

type RowFunction = (row: Datum[]) => Datum

export class IndexRegistry {
  readonly #storage: Storage
  readonly #eval: EvalContext
  readonly #indexes = new Map<string, OrderedIndex>()

  /** `evaluation` serves expression keys, which are immutable: it needs no session. */
  constructor(storage: Storage, evaluation: EvalContext) {
    this.#storage = storage
    this.#eval = evaluation
  }

  /** The index over the table's present storage. */
  of(index: RelationObject, table: RelationObject, catalog?: CatalogSnapshot): OrderedIndex {
    const key = `${index.oid}:${table.storageId}`
    let ordered = this.#indexes.get(key)
    if (ordered === undefined) {
      ordered = this.#create(index, table, catalog)
      this.#indexes.set(key, ordered)
      ordered.store.attachIndex(ordered)
    }
    return ordered
  }

  /** Opens all indexes of a database when the server starts: what is merged from then on keeps them complete. */
  openAll(catalog: CatalogSnapshot, logger: (message: string) => void): void {
    for (const index of catalog.all('relation')) {
      const table = index.index === null ? null : catalog.relation(index.index.table)
      // What is not ready is not kept, either, once its making has ended.
      if (table === null || index.index?.ready === false || this.#storage.findStore(table.storageId) === null) continue
      try {
        this.of(index, table, catalog)
      } catch (error) {
        logger(`index "${index.name}" could not be opened and is built anew: ${(error as Error).message}`)
      }
    }
  }

  /** The index or its table is gone. */
  forget(index: number, storageId: number): void {
    const key = `${index}:${storageId}`
    const ordered = this.#indexes.get(key)
    if (ordered === undefined) return
    this.#storage.removeIndex(ordered)
    this.#indexes.delete(key)
  }

  #create(index: RelationObject, table: RelationObject, catalog: CatalogSnapshot | undefined): OrderedIndex {
    const definition = index.index
    if (definition === null) throw new Error(`${index.name} is not an index`)
    const simple = definition.predicate === null && definition.keys.every((key) => key.expression === null)
    const parts = definition.keys.map((key) => ({
      type: key.type,
      descending: key.descending,
      nullsFirst: key.nullsFirst,
    }))
    const columns = descriptorsOf(table)
    const store = this.#storage.store(table.storageId)
    if (simple) {
      const places = definition.keys.map((key) => key.attnum - 1)
      const [only] = places
      const key =
        places.length === 1
          ? (row: Datum[]) => [row[only as number]]
          : (row: Datum[]) => places.map((place) => row[place])
      return new OrderedIndex(store, { id: index.oid, parts, columns, reads: places, places, key })
    }
    const { keys, predicate } = this.#expressions(index, table, catalog)
    const key = (row: Datum[]): Datum[] | null => {
      if (predicate !== null && predicate(row) !== true) return null
      return keys.map((part) => part(row))
    }
    return new OrderedIndex(store, { id: index.oid, parts, columns, reads: null, key })
  }

  #expressions(index: RelationObject, table: RelationObject, catalog: CatalogSnapshot | undefined) {
    if (catalog === undefined) throw new Error(`index ${index.name} needs the catalog for its expressions`)
    const definition = index.index as NonNullable<RelationObject['index']>
    const analysis: AnalysisContext = analysisContext({
      catalog,
      searchPath: [PG_CATALOG, PUBLIC_SCHEMA],
      format: this.#eval.format,
      parameters: new ParameterTypes([], false),
      databaseName: '',
    })
    const item = tableItem(analysis, table)
    const layout = new Map(item.columns.map((column) => [column.id, column.attnum - 1]))
    const context = new ExecutionContext({
      eval: this.#eval,
      catalog,
      storage: this.#storage,
      indexes: this,
      parameters: [],
      lockTimeout: 0,
      workMem: 0,
    } as unknown as ConstructorParameters<typeof ExecutionContext>[0])
    const overRow = (evaluate: Evaluator): RowFunction => {
      return (row) =>
        evaluate(
          new Batch(
            row.map((value) => new ConstantVector(value, 1)),
            1,
          ),
          0,
        )
    }
    const keys = definition.keys.map((key): RowFunction => {
      if (key.expression === null) return (row) => row[key.attnum - 1]
      return overRow(interpret(storedExpression(analysis, item, key.expression, CLAUSE.index), { context, layout }))
    })
    const predicate =
      definition.predicate === null
        ? null
        : overRow(
            interpret(storedCondition(analysis, item, definition.predicate, CLAUSE.predicate), { context, layout }),
          )
    return { keys, predicate }
  }
}
