/** CREATE and ALTER SEQUENCE. */
import { resolveTypeName } from '../../analyze/type-name.ts'
import { namedRelation } from '../../analyze/from.ts'
import type { ParseTree, RelationObject, SequenceDefinition } from '../../catalog/objects.ts'
import { sequenceRows } from '../../catalog/sequence-rows.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import {
  duplicateRelation,
  identitySequenceOwner,
  invalidOwner,
  invalidSetting,
  notOfKind,
  redundantOption,
  sequenceOwnerKind,
  wrongIdentity,
} from '../../errors/raise/definitions.ts'
import {
  bodyOf,
  listItems,
  namesOf,
  type AlterSeqStmt,
  type CreateSeqStmt,
  type Node,
  type RangeVar,
  type TypeName,
} from '../../sql/ast.ts'
import { OID } from '../../types/oids.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { requireTableOwner } from './permissions.ts'
import { aclOfNew } from './default-privileges.ts'
import { noticeOf, placeOf, truncateName, type DefinitionContext } from './context.ts'

type Exact = number | bigint

const LIMITS: Readonly<Record<number, readonly [min: Exact, max: Exact]>> = {
  [OID.int2]: [-32768, 32767],
  [OID.int4]: [-2147483648, 2147483647],
  [OID.int8]: [-9223372036854775808n, 9223372036854775807n],
}

/** A safe integer as number, else bigint: how int8 datums are kept. */
const exact = (text: string): Exact => {
  const value = BigInt(text)
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

const numberOf = (node: Node | undefined): Exact => {
  if (node === undefined) return 0
  return exact(String(bodyOf(node, 'Integer')?.ival ?? bodyOf(node, 'Float')?.fval ?? 0))
}

/**
 * The definition that options describe; those not given come from `before`, or are the type's defaults. `schema`: where the
 * sequence is, as is the table that it may be said to be owned by.
 */
export const sequenceOptions = (
  context: DefinitionContext,
  nodes: readonly Node[],
  defaultType: SqlType,
  before: SequenceDefinition | null,
  schema?: number,
): SequenceDefinition => {
  const given = new Map<string, Node | undefined>()
  for (const item of nodes) {
    const { defname = '', arg, location } = bodyOf(item, 'DefElem') ?? {}
    if (given.has(defname)) throw redundantOption(location)
    given.set(defname, arg)
  }
  const typeNode = given.get('as')
  const type =
    typeNode === undefined
      ? (before?.type ?? defaultType)
      : resolveTypeName(
          { catalog: context.catalog.snapshot, searchPath: context.searchPath },
          bodyOf(typeNode, 'TypeName') as TypeName,
        ).type
  const limits = requireSequenceType(type, typeNode === undefined ? 'identity column' : 'sequence')
  // A bound that was the old type's is that of the new one.
  const [oldMin, oldMax] = (before !== null && before.type.oid !== type.oid && LIMITS[before.type.oid]) || [null, null]
  const kept = {
    min: before?.min === oldMin ? limits[0] : before?.min,
    max: before?.max === oldMax ? limits[1] : before?.max,
  }
  const increment = given.has('increment') ? numberOf(given.get('increment')) : (before?.increment ?? 1)
  if (increment === 0) throw invalidSetting('INCREMENT must not be zero')
  const ascending = increment > 0
  const limit = (name: string, previous: Exact | undefined, fallback: Exact): Exact =>
    given.get(name) !== undefined ? numberOf(given.get(name)) : given.has(name) ? fallback : (previous ?? fallback)
  const min = limit('minvalue', kept.min, ascending ? 1 : limits[0])
  const max = limit('maxvalue', kept.max, ascending ? limits[1] : -1)
  if (min < limits[0]) throw invalidSetting(`MINVALUE (${min}) is out of range for sequence data type ${type.sqlName}`)
  if (max > limits[1]) throw invalidSetting(`MAXVALUE (${max}) is out of range for sequence data type ${type.sqlName}`)
  if (min >= max) throw invalidSetting(`MINVALUE (${min}) must be less than MAXVALUE (${max})`)
  const start = given.has('start') ? numberOf(given.get('start')) : (before?.start ?? (ascending ? min : max))
  if (start < min) throw invalidSetting(`START value (${start}) cannot be less than MINVALUE (${min})`)
  if (start > max) throw invalidSetting(`START value (${start}) cannot be greater than MAXVALUE (${max})`)
  const cache = given.has('cache') ? numberOf(given.get('cache')) : (before?.cache ?? 1)
  if (cache <= 0) throw invalidSetting(`CACHE (${cache}) must be greater than zero`)
  const cycle = given.has('cycle') ? flag(given.get('cycle')) : (before?.cycle ?? false)
  return { type, start, increment, min, max, cache, cycle, ownedBy: ownedBy(context, given, before, schema) }
}

/** The least and the greatest value of a type that sequences can have. Throws 22023. */
export const requireSequenceType = (
  { oid }: SqlType,
  what: 'identity column' | 'sequence' = 'identity column',
): readonly [min: Exact, max: Exact] => {
  const limits = LIMITS[oid]
  if (limits === undefined) throw invalidSetting(`${what} type must be smallint, integer, or bigint`)
  return limits
}

const flag = (node: Node | undefined): boolean =>
  node === undefined ? true : (bodyOf(node, 'Boolean')?.boolval ?? false)

const ownedBy = (
  context: DefinitionContext,
  given: ReadonlyMap<string, Node | undefined>,
  before: SequenceDefinition | null,
  schema: number | undefined,
): SequenceDefinition['ownedBy'] => {
  const node = given.get('owned_by')
  if (node === undefined) return before?.ownedBy ?? null
  const names = namesOf(listItems(node))
  if (names.length === 1 && names[0] === 'none') return null
  if (names.length < 2) throw invalidOwner()
  const column = names.at(-1) as string
  const relname = names.at(-2) as string
  const range: RangeVar = names.length > 2 ? { relname, schemaname: names.at(-3) as string } : { relname }
  const relation = namedRelation({ catalog: context.catalog.snapshot, searchPath: context.searchPath }, range)
  if (!OWNER_KINDS.has(relation.kind)) throw sequenceOwnerKind(relation.name, relation.kind)
  if (schema !== undefined && relation.schema !== schema) {
    throw wrongIdentity('sequence must be in same schema as table it is linked to')
  }
  const found = relation.columns.find((c) => c.name === column && !c.dropped)
  if (found === undefined) throw undefinedColumnOfRelation(column, relation.name)
  return { relation: relation.oid, attnum: found.attnum }
}

/** Kinds of relations with columns that own sequences. */
const OWNER_KINDS: ReadonlySet<RelationObject['kind']> = new Set(['r', 'p', 'v'])

interface NewSequence {
  readonly name: string
  readonly schema: number
  readonly persistence: RelationObject['persistence']
  readonly definition: SequenceDefinition
  /** Of an identity column: cannot be dropped by itself. */
  readonly internal: boolean
}

export const createSequence = (context: DefinitionContext, sequence: NewSequence): RelationObject => {
  const oid = context.catalog.allocateOid()
  const { definition } = sequence
  const relation: RelationObject = {
    class: 'relation',
    kind: 'S',
    oid,
    name: sequence.name,
    schema: sequence.schema,
    owner: context.owner,
    comment: null,
    depends: dependsOnOwner(definition, sequence.internal),
    acl: aclOfNew(context, 'S', sequence.schema),
    persistence: sequence.persistence,
    columns: sequenceColumns(context),
    rowType: 0,
    storageId: oid,
    index: null,
    sequence: definition,
    view: null,
    system: sequenceRows(oid),
    options: [],
  }
  context.catalog.put(relation)
  context.storage.sequences.create(context.transaction, oid, definition.start)
  return relation
}

const dependsOnOwner = ({ ownedBy: owner }: SequenceDefinition, internal: boolean): RelationObject['depends'] =>
  owner === null ? [] : [{ oid: owner.relation, attnum: owner.attnum, kind: internal ? 'internal' : 'auto' }]

/** last_value, log_cnt, is_called: what SELECT * FROM a sequence shows. */
const sequenceColumns = (context: DefinitionContext): RelationObject['columns'] =>
  (
    [
      ['last_value', OID.int8],
      ['log_cnt', OID.int8],
      ['is_called', OID.bool],
    ] as const
  ).map(([name, type], i) => ({
    attnum: i + 1,
    name,
    type: context.catalog.snapshot.typeOf(type),
    typmod: -1,
    notNull: true,
    default: null,
    generated: false,
    identity: null,
    dropped: false,
    missing: null,
    collation: 0,
    comment: null,
  }))

/** The default expression of a serial column. The sequence is named by its oid, so that it may be renamed. */
export const nextvalTree = (sequence: number): ParseTree => ({
  FuncCall: {
    funcname: [{ String: { sval: 'nextval' } }],
    args: [
      {
        TypeCast: {
          arg: { A_Const: { sval: { sval: String(sequence) } } },
          typeName: { names: [{ String: { sval: 'regclass' } }], typemod: -1 },
        },
      },
    ],
  },
})

export const createSequenceStatement = (context: DefinitionContext, node: CreateSeqStmt): void => {
  const range = node.sequence as RangeVar
  const name = truncateName(range.relname as string)
  const { schema, persistence } = placeOf(context, range)
  if (context.catalog.snapshot.relationIn(schema, name) !== null) {
    if (!node.if_not_exists) throw duplicateRelation(name)
    noticeOf(context, `relation "${name}" already exists, skipping`)
    return
  }
  const int8 = context.catalog.snapshot.typeOf(OID.int8)
  const definition = sequenceOptions(context, node.options ?? [], int8, null, schema)
  createSequence(context, {
    name,
    schema,
    persistence,
    definition,
    internal: false,
  })
}

/** Changes the sequence behind an identity column. */
export const alterIdentitySequence = (
  context: DefinitionContext,
  relation: RelationObject,
  options: readonly Node[],
): void => changeSequence(context, relation, options)

/** The sequence of an identity column has the column's type. Throws 22023. */
export const followColumnType = (context: DefinitionContext, sequence: RelationObject, type: SqlType): void =>
  changeSequence(context, sequence, [
    { DefElem: { defname: 'as', arg: { TypeName: { names: [{ String: { sval: type.name } }], typemod: -1 } } } },
  ])

export const alterSequence = (context: DefinitionContext, node: AlterSeqStmt): void => {
  const scope = { catalog: context.catalog.snapshot, searchPath: context.searchPath }
  const range = node.sequence as RangeVar
  if (
    node.missing_ok &&
    range.schemaname === undefined &&
    scope.catalog.findRelation(range.relname ?? '', scope.searchPath) === null
  ) {
    noticeOf(context, `relation "${range.relname}" does not exist, skipping`)
    return
  }
  const relation = namedRelation(scope, range)
  requireTableOwner(context, relation)
  const owner = isInternal(relation)
    ? context.catalog.snapshot.relation(relation.sequence?.ownedBy?.relation ?? 0)
    : null
  const renamed = (node.options ?? []).some((o) => bodyOf(o, 'DefElem')?.defname === 'owned_by')
  if (owner !== null && renamed) throw identitySequenceOwner(relation.name, owner.name)
  changeSequence(context, relation, node.options ?? [])
}

/** Whether the sequence is that of an identity column. */
const isInternal = ({ depends }: RelationObject): boolean => depends.some(({ kind }) => kind === 'internal')

const changeSequence = (context: DefinitionContext, relation: RelationObject, options: readonly Node[]): void => {
  if (relation.sequence === null) throw notOfKind(relation.name, 'sequence')
  const definition = sequenceOptions(context, options, relation.sequence.type, relation.sequence, relation.schema)
  context.catalog.put({ ...relation, sequence: definition, depends: dependsOnOwner(definition, isInternal(relation)) })
  const given = options.map((o) => bodyOf(o, 'DefElem'))
  if (given.every((o) => o?.defname === 'owned_by')) return
  const { transaction, storage } = context
  const restart = given.find((o) => o?.defname === 'restart')
  // A sequence that starts anew need not be readable.
  const state = restart === undefined ? storage.sequences.state(relation.storageId, transaction.state) : null
  const value = state?.lastValue ?? (restart?.arg === undefined ? definition.start : numberOf(restart.arg))
  checkRestart(value, definition)
  // Values taken under the new definition go back with it.
  storage.sequences.restart(transaction, relation.storageId, value, state?.isCalled ?? false)
}

/** The value that a sequence goes on from must be one of its values. */
const checkRestart = (value: Exact, { min, max }: SequenceDefinition): void => {
  if (value < min) throw invalidSetting(`RESTART value (${value}) cannot be less than MINVALUE (${min})`)
  if (value > max) throw invalidSetting(`RESTART value (${value}) cannot be greater than MAXVALUE (${max})`)
}
