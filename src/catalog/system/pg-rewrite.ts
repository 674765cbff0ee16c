/** pg_rewrite: the rule that makes a view of a relation. */
import { storedExpression } from './expressions.ts'
import { catalogTable } from './relation.ts'

const COLUMNS = `
  oid oid!, rulename name!, ev_class oid!, ev_type char!, ev_enabled char!, is_instead bool!, ev_qual
  pg_node_tree!, ev_action pg_node_tree!`

export const pgRewrite = catalogTable('pg_rewrite', 2618, COLUMNS, ({ catalog }) =>
  Array.from(catalog.all('relation')).flatMap(({ oid, view }) =>
    view === null
      ? []
      : [
          {
            oid,
            rulename: '_RETURN',
            ev_class: oid,
            ev_type: '1',
            ev_enabled: 'O',
            is_instead: true,
            ev_qual: '<>',
            ev_action: storedExpression(view.query),
          },
        ],
  ),
)
