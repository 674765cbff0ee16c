/** Definitions of indexes, constraints and views as SQL, and expressions of the catalog. */
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { quoteIdentifier, quoteLiteral } from '../../functions/keywords.ts'
import type { ConstraintObject, ForeignKey, IndexDefinition, ReferentialAction, RelationObject } from '../objects.ts'
import { operatorByOid } from '../../functions/index.ts'
import { operatorClass, BTREE, METHOD_OIDS } from '../system/data/operator-classes.ts'
import { readExpressions, readStoredBound } from '../system/expressions.ts'
import { boundText } from './partitions.ts'
import { qualifiedName, relationName, relationOf, resolve } from './names.ts'
import type { InformationFunctions, InformationSource } from './source.ts'

const columnNames = (relation: RelationObject | null, attnums: readonly number[]): string =>
  attnums.map((attnum) => quoteIdentifier(relation?.columns[attnum - 1]?.name ?? '')).join(', ')

/** A function call stands alone in an index definition, any other expression in parentheses. */
const isCall = (text: string): boolean => /^[\w."]+\(/.test(text) && closesAtEnd(text, text.indexOf('('))

const closesAtEnd = (text: string, open: number): boolean => {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return i === text.length - 1
  }
  return false
}

const keyText = (
  source: InformationSource,
  table: RelationObject | null,
  { attnum, expression }: IndexDefinition['keys'][number],
  pretty: boolean,
): string => {
  if (expression === null) return columnNames(table, [attnum])
  const text = source.printer.expression(expression, table, 0, pretty)
  return isCall(text) ? text : `(${text})`
}

/** Collation, operator class, direction and place of NULLs where they are not the usual ones. */
const keyOptions = (
  table: RelationObject | null,
  { attnum, type, opclass, descending, nullsFirst }: IndexDefinition['keys'][number],
  method: number,
) => {
  const parts: string[] = []
  const usual = table?.columns[attnum - 1]?.collation ?? 100
  if (type.collated !== undefined && type.collation !== usual) {
    parts.push(`COLLATE ${quoteIdentifier(type.collated.name)}`)
  }
  if (opclass !== null && operatorClass(type, method, null)?.name !== opclass) parts.push(quoteIdentifier(opclass))
  if (descending) parts.push('DESC')
  if (nullsFirst !== descending) parts.push(nullsFirst ? 'NULLS FIRST' : 'NULLS LAST')
  return parts.map((part) => ` ${part}`).join('')
}

const optionText = (option: string): string => {
  const at = option.indexOf('=')
  return `${quoteIdentifier(option.slice(0, at))}=${quoteLiteral(option.slice(at + 1))}`
}

const indexDefinition = (source: InformationSource, relation: RelationObject, pretty: boolean): string => {
  const index = relation.index as IndexDefinition
  const table = source.catalog.relation(index.table)
  const tableName = table === null ? '' : pretty ? relationName(source, table) : qualifiedName(source, table)
  const method = METHOD_OIDS[index.method] ?? BTREE
  const keys = index.keys.map((key) => keyText(source, table, key, pretty) + keyOptions(table, key, method)).join(', ')
  const parts = [
    `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(relation.name)}`,
    `ON ${relation.kind === 'I' ? 'ONLY ' : ''}${tableName} USING ${index.method} (${keys})`,
  ]
  if (index.included.length > 0) parts.push(`INCLUDE (${columnNames(table, index.included)})`)
  if (index.nullsNotDistinct) parts.push('NULLS NOT DISTINCT')
  if (relation.options.length > 0) parts.push(`WITH (${relation.options.map(optionText).join(', ')})`)
  if (index.predicate !== null) parts.push(`WHERE ${source.printer.expression(index.predicate, table, 0, pretty)}`)
  return parts.join(' ')
}

/** One column of an index, counted from 1; an empty text beyond the last. */
const indexColumn = (source: InformationSource, relation: RelationObject, column: number, pretty: boolean): string => {
  const { table, keys, included } = relation.index as IndexDefinition
  const over = source.catalog.relation(table)
  const key = keys[column - 1]
  if (key !== undefined) return keyText(source, over, key, pretty)
  const attnum = included[column - 1 - keys.length]
  return attnum === undefined ? '' : columnNames(over, [attnum])
}

const ACTIONS: Readonly<Record<ReferentialAction, string>> = {
  'no action': '',
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  'set null': 'SET NULL',
  'set default': 'SET DEFAULT',
}

const foreignKeyDefinition = (
  source: InformationSource,
  own: RelationObject | null,
  columns: string,
  foreign: ForeignKey,
): string => {
  const table = source.catalog.relation(foreign.table)
  const name = table === null ? '' : relationName(source, table)
  const update = ACTIONS[foreign.onUpdate]
  const remove = ACTIONS[foreign.onDelete]
  const removed = foreign.deleteColumns.length > 0 ? ` (${columnNames(own, foreign.deleteColumns)})` : ''
  return [
    `FOREIGN KEY (${columns}) REFERENCES ${name}(${columnNames(table, foreign.columns)})`,
    foreign.matchFull ? ' MATCH FULL' : '',
    update === '' ? '' : ` ON UPDATE ${update}`,
    remove === '' ? '' : ` ON DELETE ${remove}${removed}`,
  ].join('')
}

const exclusionDefinition = (
  source: InformationSource,
  table: RelationObject | null,
  { keys, method, exclusion, included, predicate }: IndexDefinition,
  pretty: boolean,
): string => {
  const parts = keys.map((key, i) => {
    const operator = operatorByOid(exclusion?.[i] ?? 0)?.name ?? ''
    return `${keyText(source, table, key, pretty)}${keyOptions(table, key, METHOD_OIDS[method] ?? BTREE)} WITH ${operator}`
  })
  return [
    `EXCLUDE USING ${method} (${parts.join(', ')})`,
    included.length === 0 ? '' : ` INCLUDE (${columnNames(table, included)})`,
    predicate === null ? '' : ` WHERE (${source.printer.expression(predicate, table, 0, pretty)})`,
  ].join('')
}

const constraintBody = (source: InformationSource, constraint: ConstraintObject, pretty: boolean): string => {
  const table = source.catalog.relation(constraint.table)
  const columns = columnNames(table, constraint.columns)
  if (constraint.foreign !== null) return foreignKeyDefinition(source, table, columns, constraint.foreign)
  if (constraint.check !== null) {
    const condition = source.printer.expression(constraint.check, table, 0, pretty)
    return `CHECK (${condition})${constraint.noInherit ? ' NO INHERIT' : ''}`
  }
  const index = source.catalog.relation(constraint.index)?.index
  if (constraint.type === 'exclude') return exclusionDefinition(source, table, index as IndexDefinition, pretty)
  const included = index?.included ?? []
  return [
    constraint.type === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
    index?.nullsNotDistinct === true ? ' NULLS NOT DISTINCT' : '',
    ` (${columns})`,
    included.length === 0 ? '' : ` INCLUDE (${columnNames(table, included)})`,
  ].join('')
}

const constraintDefinition = (source: InformationSource, constraint: ConstraintObject, pretty: boolean): string =>
  [
    constraintBody(source, constraint, pretty),
    constraint.deferrable ? ' DEFERRABLE' : '',
    constraint.initiallyDeferred ? ' INITIALLY DEFERRED' : '',
    constraint.validated ? '' : ' NOT VALID',
  ].join('')

const viewDefinition = (source: InformationSource, relation: RelationObject | null, pretty: boolean): string => {
  if (relation === null || relation.view === null) return 'Not a view'
  return `${source.printer.query(relation, pretty)};`
}

export const definitionFunctions: InformationFunctions = {
  pg_get_indexdef: (source, oid, column = 0, pretty = false) => {
    const relation = source.catalog.relation(oid)
    if (relation === null || relation.index === null) return null
    return column === 0
      ? indexDefinition(source, relation, pretty)
      : indexColumn(source, relation, column as number, pretty)
  },
  pg_get_constraintdef: (source, oid, pretty = false) => {
    const constraint = source.catalog.constraint(oid)
    return constraint === null ? null : constraintDefinition(source, constraint, pretty)
  },
  pg_get_expr: (source, text, relationOid, pretty = false) => {
    const relation = source.catalog.relation(relationOid)
    if (relation === null && relationOid !== 0) return null
    const partition = source.catalog.relation(readStoredBound(text) ?? 0)
    if (partition !== null) return boundText(source, partition)
    return readExpressions(text)
      .map(({ tree, attnum }) => source.printer.expression(tree, relation, attnum, pretty))
      .join(', ')
  },
  pg_get_viewdef: (source, view, pretty = false) => {
    const relation = relationOf(source, view)
    if (relation === null) return null
    // A number instead of the flag is a width to wrap at, which implies the pretty form.
    return viewDefinition(source, relation, pretty === true || typeof pretty === 'number')
  },
  pg_get_ruledef: (source, oid, pretty = false) => {
    const relation = source.catalog.relation(oid)
    if (relation === null || relation.view === null) return null
    const body = viewDefinition(source, relation, pretty)
    const name = pretty === true ? relationName(source, relation) : qualifiedName(source, relation)
    return `CREATE RULE "_RETURN" AS\n    ON SELECT TO ${name} DO INSTEAD ${body}`
  },
  pg_get_serial_sequence: (source, table, column) => {
    const relation = relationOf(source, resolve(source, 'regclass', table))
    if (relation === null) return null
    const attnum = relation.columns.find(({ name, dropped }) => name === column && !dropped)?.attnum
    if (attnum === undefined) throw undefinedColumnOfRelation(column, relation.name)
    for (const candidate of source.catalog.all('relation')) {
      const owner = candidate.sequence?.ownedBy
      if (owner?.relation === relation.oid && owner.attnum === attnum) return qualifiedName(source, candidate)
    }
    return null
  },
  pg_get_triggerdef: () => null,
  pg_get_statisticsobjdef: () => null,
  pg_get_statisticsobjdef_columns: () => null,
  pg_get_statisticsobjdef_expressions: () => null,
}
