/** How messages name objects: `table t`, `constraint c on table t`, with schemas where the search path does not find them. */
import { PG_CATALOG } from '../types/oids.ts'
import { quoteIdentifier } from '../functions/keywords.ts'
import { formatType } from '../types/index.ts'
import { findCollation } from './collations.ts'
import type { CatalogObject, RelationObject } from './objects.ts'
import { functionSignature, isRoutineVisible } from './routines.ts'
import type { CatalogSnapshot } from './snapshot.ts'

export const KIND_NAMES: Readonly<Record<RelationObject['kind'], string>> = {
  r: 'table',
  p: 'table',
  I: 'index',
  v: 'view',
  i: 'index',
  S: 'sequence',
  c: 'composite type',
  m: 'materialized view',
}

/** The object, or its column `attnum`, in words. `searchPath`: oids of schemas. */
export const describeInWords = (
  snapshot: CatalogSnapshot,
  searchPath: readonly number[],
  object: CatalogObject,
  attnum = 0,
): string => {
  const describe = (other: CatalogObject): string => describeInWords(snapshot, searchPath, other)
  const qualified = (schema: number, name: string, isVisible: boolean): string =>
    isVisible
      ? quoteIdentifier(name)
      : `${quoteIdentifier(snapshot.schema(schema)?.name ?? '')}.${quoteIdentifier(name)}`
  if (attnum !== 0 && object.class === 'relation') {
    return `column ${object.columns[attnum - 1]?.name ?? ''} of ${describe(object)}`
  }
  switch (object.class) {
    case 'relation': {
      const isVisible = snapshot.findRelation(object.name, searchPath)?.oid === object.oid
      return `${KIND_NAMES[object.kind]} ${qualified(object.schema, object.name, isVisible)}`
    }
    case 'constraint':
      if (object.domain !== undefined) return `constraint ${object.name}`
      return `constraint ${object.name} on ${describe(snapshot.relation(object.table) as RelationObject)}`
    case 'function':
      return isRoutineVisible(snapshot, searchPath, object)
        ? `function ${functionSignature(object, snapshot)}`
        : `function ${quoteIdentifier(snapshot.schema(object.schema)?.name ?? '')}.${functionSignature(object, snapshot)}`
    case 'collation': {
      const isVisible = findCollation(snapshot, object.name, searchPath)?.oid === object.oid
      return `collation ${qualified(object.schema, object.name, isVisible)}`
    }
    case 'policy':
      return `policy ${object.name} on ${describe(snapshot.relation(object.table) as RelationObject)}`
    case 'default privileges': {
      const of = { r: 'relations', S: 'sequences', f: 'functions', T: 'types', n: 'schemas' }[object.kind]
      const schema = object.schema === 0 ? '' : ` in schema ${snapshot.schema(object.schema)?.name ?? ''}`
      return `default privileges on new ${of} belonging to role ${snapshot.role(object.owner)?.name ?? ''}${schema}`
    }
    case 'type': {
      if (object.schema === PG_CATALOG) return `type ${formatType(object.type, -1)}`
      const isVisible = snapshot.findType(object.name, searchPath)?.oid === object.oid
      return `type ${qualified(object.schema, object.name, isVisible)}`
    }
    default:
      return `${object.class} ${object.name}`
  }
}
