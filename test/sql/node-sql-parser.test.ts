/** The second front end: where it accepts a statement it must have understood just what PostgreSQL's grammar does. */
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { parseAs } from '../../src/sql/front-ends.ts'
import { tokensOf } from '../../src/sql/node-sql-parser/tokens.ts'
import { plainTree } from '../../sqllogictest/plain-tree.ts'

const trees = (frontEnd: string, sql: string): unknown =>
  parseAs(frontEnd, sql).map(({ node, text }) => ({ node: plainTree(node), text: text.trim() }))

describe('accepted', () => {
  test.each([
    // Groups by precedence, whatever the parser makes of them.
    'select a or b and c, a and b or c, not a = b and c, not (a) is null, not (a or b) = c',
    'select a - b - c, a - (b - c), -a * b + c, - - 3, -(3), -2147483648, +1, -0, a::int::text, -a::int',
    'select a || b + c = d || e, a = b or c < d and e is null, a + b is not null',
    'select a between b and c and d, not a between b + 1 and c or d, a not between 1 and 2',
    "select a like 'x' || 'y' and b, a not like 'x!%' escape '!', a ilike b, a similar to 'z'",
    'select a in (1, b + 2, null) and c, a not in (select d from e) or f, (a, b) in (select 1, 2)',
    'select ((a)), (((1 + 2)) * 3), ((a = 1) and ((b = 2) or (c = 3)))',
    // What the parser takes for something else.
    'select 1 from a cross join b cross join c as d',
    'select 1 from a natural join b inner join c using (d)',
    "select 'it''s', '' from t as e(a, b)",
    'drop table if exists t, s.u cascade',
    'drop view v restrict',
    // Queries.
    'select distinct a, t.b as "B c", s.t.c d, t.*, * from t, s.t as x, u y where a = $1',
    'select distinct on (a, b) a from t order by a, b desc nulls last, 3 asc limit 5 offset 2',
    'select a from t offset 2 limit 5',
    'select a from t join u on t.a = u.a left join v using (b, c) right outer join w on true full join x on false',
    'select a from (t join u on true) join v on true',
    'select a from t, (select 1 as a) as w, lateral (select t.a) x',
    'select a from generate_series(1, 3) g, (values (1, 2), (3, 4)) as v(x, y)',
    'select a, count(*), count(distinct b), max(c) from t group by a, b + 1 having count(*) > 1',
    'select case when a then 1 when b then 2 else 3 end, case a when 1 then 2 end, cast(a as numeric(10, 2))',
    "select a::varchar(3), cast(b as double precision), c::timestamp with time zone, d::text, 'x'::char",
    'select coalesce(a, 1), nullif(a, b), greatest(1, 2), least(a), f(), s.g(a, b), abs(- 1)',
    'select exists (select 1), not exists (select 2), (select 3), a = any (select 4), a > all (b), a < some (c)',
    'select sum(a) over (partition by b, c order by d desc), rank() over w, row_number() over () from t window w as (order by a)',
    "select row(1, 'a'), array[1, b + 2], '{}'::json, a::jsonb",
    'select 1.5, .5, 1e10, 12345678901234567890, 2147483648, true, false, null',
    'select 1 union select 2 union all select 3 order by 1 limit 1',
    'select 1 except select 2 intersect select 3 union select 4',
    '(select 1 order by 1) union (select 2 limit 1)',
    'with x as (select 1 as a), y (b, c) as (select 2, 3) select * from x, y',
    'with recursive r as (select 1 as n union all select n + 1 from r) select n from r',
    // Changes and definitions.
    "insert into t (a, b) values (1, default), (- 2, 'x') returning a, b as c",
    'insert into s.t select * from u where a = 1',
    'update t as x set a = default, b = b + 1 from y where x.c = y.c returning *',
    'delete from s.t as x where x.a in (select 1) returning a',
    `create table if not exists s.t (a int default 3 not null primary key, b varchar(3) null unique check (b > 'x'),
      c integer references u (d) on update cascade on delete set null,
      constraint pk primary key (a, b), unique (b), check (a > 1 or b = 'y'), foreign key (a) references u (b))`,
    'create temp table t as select 1 as a',
    'create unique index if not exists i on s.t using btree (a desc nulls last, lower(b)) where a > 1',
    'create or replace view v (x, y) as select a, b from t',
    'begin; select 1; select a from t where b = 2; commit',
    'start transaction',
    "set x.y = 1; show x.y; reset x.y; set tesseradb.parser to 'libpg-query'",
    // Places in the text are bytes.
    'select \'ä\', ö from "ü" where ö = 1',
    'select a -- a comment\n from t',
  ])('%s', (sql) => {
    expect(trees('node-sql-parser', sql)).toEqual(trees('libpg-query', sql))
  })
})

describe('refused', () => {
  test.each([
    ['a quote behind a backslash', "select 'a\\', b"],
    ['operators without blanks', 'select t.a-u.b from t, u'],
    ['comparisons in a row', 'select a = b = c'],
    ['escapes', "select E'a\\n'"],
    ['dollar quotes', 'select $$a$$'],
    ['blocks of comments', 'select /* a */ 1'],
    ['words that are no names', 'select a from t where user = 1'],
    ['labels that need AS', 'select a over from t'],
    ['frames of windows', 'select sum(a) over (order by a rows between unbounded preceding and current row) from t'],
    ['grouping sets', 'select a from t group by rollup (a, b)'],
    ['functions with a grammar of their own', 'select substring(a, 1, 2) from t'],
    ['types that are not known here', 'select a::interval'],
    ['names that are cut', `select ${'a'.repeat(64)}`],
    ['deep nesting', `select ${'('.repeat(11)}1${')'.repeat(11)}`],
    ['statements that it has no tree for', 'vacuum full verbose'],
    ['locks', 'select a from t for update skip locked'],
    ['an unclosed parenthesis', 'select (1'],
  ])('%s', (_, sql) => {
    const refusal = (): unknown => {
      try {
        return parseAs('node-sql-parser', sql)
      } catch (error) {
        return error
      }
    }
    const error = refusal()
    expect(error).toBeInstanceOf(SqlError)
    expect(error).toMatchObject({ code: '0A000', fields: { hint: expect.stringContaining('libpg-query') } })
  })
})

test('tokens are those of PostgreSQL', () => {
  const texts = (sql: string): unknown =>
    tokensOf(sql)
      ?.map(({ kind, text }) => `${kind[0]}:${text}`)
      ?.join(' ')
  expect(texts(`A "b""C" 'd''e' 1.5e3 $2 a.b::c`)).toBe(`w:a q:b"C s:d'e n:1.5e3 p:$2 w:a s:. w:b s::: w:c`)
  expect(texts('a*-b <=-1 @-c->>d<>e--x')).toBe('w:a s:* s:- w:b s:<= s:- n:1 s:@- w:c s:->> w:d s:<> w:e')
  for (const sql of ["E'a'", 'u&"a"', '1a', '1.2.3', "'a", '(a', 'a)', '\\d', '/* */'])
    expect(texts(sql)).toBeUndefined()
})
