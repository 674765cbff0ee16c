/** Constraints of domains, as values are checked that are read: by COPY, inside arrays and rows, from JSON. */
import { analysisContext } from '../analyze/analyze.ts'
import { ParameterTypes } from '../analyze/context.ts'
import { asDomain } from '../analyze/domains.ts'
import type { Expr } from '../analyze/expression.ts'
import { columnRef } from '../analyze/nodes.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { interpret, ONE_ROW } from '../exec/expression/interpret.ts'
import { baseTypeOf, isDomainType } from '../types/domain-type.ts'
import type { Datum, FormatContext, SqlType } from '../types/sql-type.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { SessionCore } from './core.ts'

type Check = (value: Datum) => void

export const domainChecks = (core: SessionCore): NonNullable<FormatContext['checkDomain']> => {
  // Compiled checks serve the transaction that they were compiled in.
  let catalog: CatalogSnapshot | null = null
  let transaction: Transaction | null = null
  const checks = new Map<number, Check>()
  return (domain, value) => {
    if (core.catalog !== catalog || core.block.current !== transaction) {
      catalog = core.catalog
      transaction = core.block.current
      checks.clear()
    }
    let check = checks.get(domain.oid)
    if (check === undefined) {
      check = compile(core, domain)
      checks.set(domain.oid, check)
    }
    check(value)
  }
}

const compile = (core: SessionCore, domain: SqlType): Check => {
  if (!isDomainType(domain)) return () => {}
  const { catalog, searchPath, format, databaseName } = core
  const parameters = new ParameterTypes([], false)
  const analysis = analysisContext({ catalog, searchPath, format, databaseName, parameters })
  const id = analysis.freshColumn()
  const value = columnRef({ id, name: 'value', type: baseTypeOf(domain), typmod: -1, tableOid: 0, attnum: 0 })
  const through = (type: SqlType): Expr => (isDomainType(type) ? asDomain(analysis, through(type.base), type) : value)
  const expr = through(domain)
  if (expr === value) return () => {}
  const context = core.execution([])
  const evaluate = interpret(expr, { context, layout: new Map() })
  return (read) => {
    context.outer[id] = read
    evaluate(ONE_ROW, 0)
  }
}
