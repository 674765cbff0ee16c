/** pg_policy and the view pg_policies over it. */
import type { PolicyObject } from '../objects.ts'
import type { CatalogSnapshot } from '../snapshot.ts'
import { arrayOf } from './arrays.ts'
import { storedExpression } from './expressions.ts'
import { schemaName } from './names.ts'
import { catalogTable, catalogView } from './relation.ts'
import type { SystemSource } from './source.ts'

const COMMANDS: Readonly<Record<PolicyObject['command'], string>> = {
  all: '*',
  select: 'r',
  insert: 'a',
  update: 'w',
  delete: 'd',
}

const pgPolicy = catalogTable(
  'pg_policy',
  3256,
  'oid oid!, polname name!, polrelid oid!, polcmd char!, polpermissive bool!, polroles _oid!, polqual pg_node_tree, polwithcheck pg_node_tree',
  ({ catalog }) =>
    Array.from(catalog.all('policy'), ({ oid, name, table, command, permissive, roles, using, withCheck }) => ({
      oid,
      polname: name,
      polrelid: table,
      polcmd: COMMANDS[command],
      polpermissive: permissive,
      polroles: arrayOf(roles),
      polqual: using === null ? null : storedExpression(using),
      polwithcheck: withCheck === null ? null : storedExpression(withCheck),
    })),
)

const roleNames = (catalog: CatalogSnapshot, roles: readonly number[]): string[] =>
  roles.includes(0)
    ? ['public']
    : roles.map((oid) => catalog.role(oid)?.name ?? '').toSorted((a, b) => (a < b ? -1 : 1))

const expression = ({ eval: context }: SystemSource, tree: PolicyObject['using'], table: number) =>
  tree === null ? null : context.catalog.call('pg_get_expr', [storedExpression(tree), table])

const pgPolicies = catalogView(
  'pg_policies',
  12018,
  'schemaname name, tablename name, policyname name, permissive text, roles _name, cmd text, qual text, with_check text',
  (source) =>
    Array.from(source.catalog.all('policy')).flatMap((policy) => {
      const table = source.catalog.relation(policy.table)
      if (table === null) return []
      return [
        {
          schemaname: schemaName(source.catalog, table),
          tablename: table.name,
          policyname: policy.name,
          permissive: policy.permissive ? 'PERMISSIVE' : 'RESTRICTIVE',
          roles: arrayOf(roleNames(source.catalog, policy.roles)),
          cmd: policy.command.toUpperCase(),
          qual: expression(source, policy.using, table.oid),
          with_check: expression(source, policy.withCheck, table.oid),
        },
      ]
    }),
  'session',
)

export const policyRelations = [pgPolicy, pgPolicies]
