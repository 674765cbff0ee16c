/** Adds a function to the catalog. */
import type { FunctionObject } from '../../catalog/objects.ts'
import { aclOfNew } from './default-privileges.ts'
import type { DefinitionContext } from './context.ts'

/** What a new function must state; the rest has PostgreSQL's defaults. */
export type NewFunction = Pick<FunctionObject, 'name' | 'schema' | 'arguments' | 'result' | 'language' | 'source'> &
  Partial<FunctionObject>

export const storeFunction = (context: DefinitionContext, facts: NewFunction): FunctionObject => {
  const object: FunctionObject = {
    class: 'function',
    oid: context.catalog.allocateOid(),
    owner: context.owner,
    comment: null,
    acl: aclOfNew(context, 'f', facts.schema),
    depends: [],
    kind: 'function',
    returnsSet: false,
    volatility: 'volatile',
    strict: false,
    securityDefiner: false,
    leakproof: false,
    parallel: 'u',
    cost: 100,
    rows: facts.returnsSet === true ? 1000 : 0,
    body: null,
    settings: [],
    waits: false,
    aggregate: null,
    ...facts,
  }
  context.catalog.put(object)
  return object
}
