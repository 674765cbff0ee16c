/** ALTER DEFAULT PRIVILEGES, and the privileges that new objects get by it. */
import type { DefaultAclKind, DefaultAclObject } from '../../catalog/objects.ts'
import { type Acl, type AclKind, allPrivileges, defaultAcl, mergedAcl, sameAcl } from '../../catalog/privileges/acl.ts'
import { isMemberOf } from '../../catalog/privileges/membership.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import { invalidGrant, mustBeMemberOf, noSuchSchema } from '../../errors/raise/privileges.ts'
import { bodyOf, listItems, type AlterDefaultPrivilegesStmt, type GrantStmt } from '../../sql/ast.ts'
import type { DefinitionContext } from './context.ts'
import { granteesOf } from './grant.ts'
import { mergedGrant, plainNames, readGrant } from './grant-parts.ts'
import { roleOf, roleSpecs } from './role-names.ts'

interface KindFacts {
  readonly stored: DefaultAclKind
  readonly acl: AclKind
  /** How errors call it. */
  readonly word: string
}

const FUNCTIONS: KindFacts = { stored: 'f', acl: 'f', word: 'function' }

const KINDS: Readonly<Record<string, KindFacts>> = {
  OBJECT_TABLE: { stored: 'r', acl: 'r', word: 'relation' },
  OBJECT_SEQUENCE: { stored: 'S', acl: 's', word: 'sequence' },
  OBJECT_FUNCTION: FUNCTIONS,
  OBJECT_ROUTINE: FUNCTIONS,
  OBJECT_TYPE: { stored: 'T', acl: 'T', word: 'type' },
  OBJECT_SCHEMA: { stored: 'n', acl: 'n', word: 'schema' },
}

const ACL_KINDS: Readonly<Record<DefaultAclKind, AclKind>> = { r: 'r', S: 's', f: 'f', T: 'T', n: 'n' }

export const alterDefaultPrivileges = (context: DefinitionContext, node: AlterDefaultPrivilegesStmt): void => {
  const options = new Map(
    (node.options ?? []).map((option) => {
      const { defname = '', arg } = bodyOf(option, 'DefElem') ?? {}
      return [defname, listItems(arg)] as const
    }),
  )
  const action = node.action as GrantStmt
  const grantees = granteesOf(context, action)
  const facts = KINDS[action.objtype ?? ''] as KindFacts
  const all = allPrivileges(facts.acl)
  const grant = readGrant(action, grantees, { kind: facts.word, all, columns: false })
  const roles = options.has('roles')
    ? roleSpecs(options.get('roles')).map((spec) => roleOf(context, spec))
    : [roleOf(context, { roletype: 'ROLESPEC_CURRENT_ROLE' })]
  const schemas = options.has('schemas') ? plainNames(options.get('schemas')) : [null]
  for (const role of roles) {
    if (!isMemberOf(context.catalog.snapshot, context.owner, role.oid)) throw mustBeMemberOf(role.name)
    for (const name of schemas) {
      const schema = name === null ? 0 : schemaOid(context.catalog.snapshot, name)
      if (schema !== 0 && facts.stored === 'n') {
        throw invalidGrant('cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS')
      }
      const known = defaultsOf(context.catalog.snapshot, role.oid, schema, facts.stored)
      // Those of a schema come on top of those of everywhere.
      const initial = schema === 0 ? defaultAcl(facts.acl, role.oid) : []
      const acl = mergedGrant(known?.acl ?? initial, grant, grant.privileges ?? all, role.oid, role.oid)
      store(context, { role: role.oid, schema, kind: facts.stored, known, acl, initial })
    }
  }
}

const schemaOid = (catalog: CatalogSnapshot, name: string): number => {
  const schema = catalog.schemaByName(name)
  if (schema === null) throw noSuchSchema(name)
  return schema.oid
}

const defaultsOf = (
  catalog: CatalogSnapshot,
  role: number,
  schema: number,
  kind: DefaultAclKind,
): DefaultAclObject | undefined =>
  Array.from(catalog.all('default privileges')).find((d) => d.owner === role && d.schema === schema && d.kind === kind)

const store = (
  { catalog }: DefinitionContext,
  {
    role,
    schema,
    kind,
    known,
    acl,
    initial,
  }: {
    role: number
    schema: number
    kind: DefaultAclKind
    known: DefaultAclObject | undefined
    acl: Acl
    initial: Acl
  },
): void => {
  if (sameAcl(acl, initial)) {
    if (known !== undefined) catalog.remove(known.oid)
    return
  }
  catalog.put({
    class: 'default privileges',
    oid: known?.oid ?? catalog.allocateOid(),
    name: '',
    owner: role,
    comment: null,
    depends: schema === 0 ? [] : [{ oid: schema, attnum: 0, kind: 'auto' }],
    schema,
    kind,
    acl,
  })
}

/** The list that a new object of the acting role begins with; null: the default of its kind. */
export const aclOfNew = (
  { catalog: { snapshot }, owner }: Pick<DefinitionContext, 'catalog' | 'owner'>,
  kind: DefaultAclKind,
  schema: number,
): Acl | null => {
  const everywhere = defaultsOf(snapshot, owner, 0, kind)
  const here = schema === 0 ? undefined : defaultsOf(snapshot, owner, schema, kind)
  if (everywhere === undefined && here === undefined) return null
  const initial = defaultAcl(ACL_KINDS[kind], owner)
  const acl = mergedAcl(everywhere?.acl ?? initial, here?.acl ?? [], owner)
  return sameAcl(acl, initial) ? null : acl
}
