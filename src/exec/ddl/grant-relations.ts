/** GRANT and REVOKE on tables, views and sequences, and on their columns. */
import type { RelationObject } from '../../catalog/objects.ts'
import { type Acl, allPrivileges } from '../../catalog/privileges/acl.ts'
import { privilegesOnColumn, privilegesOnRelation } from '../../catalog/privileges/check.ts'
import { CATALOG, columnAcl, isBuiltin, relationAcl, securableRelation } from '../../catalog/privileges/objects.ts'
import { undefinedColumnOfRelation } from '../../errors/raise/analysis.ts'
import { columnDenied, invalidPrivilege, wrongGrantTarget } from '../../errors/raise/privileges.ts'
import { SQL_STATE } from '../../errors/sql-state.ts'
import { PRIVILEGE } from '../../types/acl-item.ts'
import { storeBuiltinAcl } from './builtin-acl.ts'
import { currentRelation, type DefinitionContext } from './context.ts'
import { type Grant, grantedAcl, nameOf, targetOf } from './grant-parts.ts'

/** `isTable`: the statement says TABLE, or nothing. */
export const grantOnRelation = (context: DefinitionContext, oid: number, grant: Grant, isTable: boolean): void => {
  const relation = currentRelation(context, oid)
  const { kind, name } = relation
  if (kind === 'i' || kind === 'I') throw wrongGrantTarget(`"${name}" is an index`)
  if (kind === 'c') throw wrongGrantTarget(`"${name}" is a composite type`)
  if (!isTable && kind !== 'S') throw wrongGrantTarget(`"${name}" is not a sequence`)
  const all = allPrivileges(kind === 'S' ? 's' : 'r')
  let privileges = grant.privileges ?? all
  if (isTable && kind === 'S') {
    // Sequences were once granted on as tables.
    if ((privileges & ~all) !== 0)
      warnSequence(context, `sequence "${name}" only supports USAGE, SELECT, and UPDATE privileges`)
    privileges &= all
  } else if ((privileges & ~all) !== 0) throw invalidPrivilege(nameOf(privileges & ~all), 'table')
  const columns = columnPrivileges(relation, grant)
  // What is revoked of the whole is revoked of each column, too.
  if (!grant.isGrant) {
    const whole = privileges & allPrivileges('c')
    for (const { attnum, dropped } of relation.columns) {
      if (!dropped && whole !== 0 && columnAcl(context.catalog.snapshot, relation, attnum) !== undefined) {
        columns.set(attnum, (columns.get(attnum) ?? 0) | whole)
      }
    }
  }
  if (privileges !== 0) {
    const target = targetOf(context, securableRelation(context.catalog.snapshot, relation))
    const held = privilegesOnRelation(context.catalog.snapshot, context.owner, relation)
    const acl = grantedAcl(context, { ...target, held: held.privileges | held.grantable }, grant, privileges)
    keepAcl(context, relation, acl)
  }
  for (const [attnum, wanted] of columns) {
    const allowed = kind === 'S' ? wanted & PRIVILEGE.SELECT : wanted
    if (allowed !== wanted) warnSequence(context, `sequence "${name}" only supports SELECT column privileges`)
    grantOnColumn(context, oid, attnum, grant, allowed)
  }
}

const warnSequence = (context: DefinitionContext, message: string): void =>
  context.notice({ severity: 'WARNING', code: SQL_STATE.invalid_grant_operation, message })

/** Columns that the statement names, with what of each. Throws 42703. */
const columnPrivileges = (relation: RelationObject, { columns }: Grant): Map<number, number> => {
  const found = new Map<number, number>()
  for (const { privileges, names } of columns) {
    for (const name of names) {
      const column = relation.columns.find((c) => c.name === name && !c.dropped)
      if (column === undefined) throw undefinedColumnOfRelation(name, relation.name)
      const wanted = privileges ?? allPrivileges('c')
      found.set(column.attnum, (found.get(column.attnum) ?? 0) | wanted)
    }
  }
  return found
}

const keepAcl = (context: DefinitionContext, relation: RelationObject, acl: Acl | null): void => {
  if (isBuiltin(relation)) storeBuiltinAcl(context, CATALOG.relation, relation.oid, acl)
  else context.catalog.put({ ...currentRelation(context, relation.oid), acl })
}

const grantOnColumn = (
  context: DefinitionContext,
  oid: number,
  attnum: number,
  grant: Grant,
  privileges: number,
): void => {
  const relation = currentRelation(context, oid)
  const { snapshot } = context.catalog
  const name = relation.columns[attnum - 1]?.name ?? ''
  const onTable = privilegesOnRelation(snapshot, context.owner, relation)
  const onColumn = privilegesOnColumn(snapshot, context.owner, relation, attnum)
  const own = columnAcl(snapshot, relation, attnum) ?? []
  // Grant options on the table hold for its columns.
  const tableAcl = relationAcl(snapshot, relation) ?? []
  const target = {
    owner: relation.owner,
    acl: [...own, ...tableAcl],
    shown: `column "${name}" of relation "${relation.name}"`,
    held: onTable.privileges | onTable.grantable | onColumn.privileges | onColumn.grantable,
    denied: () => columnDenied(name, relation.name),
  }
  const merged = grantedAcl(context, target, grant, privileges, own)
  const acl = merged.length === 0 ? undefined : merged
  if (isBuiltin(relation)) {
    const whole = relationAcl(snapshot, relation)
    storeBuiltinAcl(context, CATALOG.relation, oid, whole, { [attnum]: merged })
    return
  }
  const columns = relation.columns.map((column) => {
    if (column.attnum !== attnum) return column
    const { acl: _, ...rest } = column
    return acl === undefined ? rest : { ...rest, acl }
  })
  context.catalog.put({ ...relation, columns })
}
