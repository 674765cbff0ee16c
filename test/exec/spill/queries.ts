/** Statements whose operators need more than 64 kB over the test table. */
export const QUERIES: readonly (readonly [about: string, sql: string])[] = [
  ['sort by numbers', 'SELECT * FROM t ORDER BY k, id'],
  ['sort by texts and NULLs', 'SELECT id, m, s, b FROM t ORDER BY m DESC NULLS LAST, s COLLATE "C" DESC, id'],
  ['sort by what is not plain', 'SELECT id, a, j, i FROM t ORDER BY a DESC, j, i'],
  ['sort by numeric and float', 'SELECT id, n, l FROM t ORDER BY n % 7, f DESC'],
  ['sort of rows', 'SELECT id, row(id, s, row(n, NULL)), ARRAY[row(1, s)] FROM t ORDER BY f DESC'],
  ['sort of equal keys', 'SELECT 1 AS one, b, count(*) OVER () FROM t ORDER BY b'],
  ['sort with a large limit', 'SELECT id, s, j FROM t ORDER BY n DESC LIMIT 5000'],
  ['sort with an offset', 'SELECT id, s FROM t ORDER BY l OFFSET 7900'],
  ['DISTINCT ON', 'SELECT DISTINCT ON (k) k, id, s FROM t ORDER BY k, id DESC'],
  ['inner join', 'SELECT a.id, b.s, b.n FROM t a JOIN t b ON a.id = b.k'],
  ['join by text, jsonb and numeric', 'SELECT a.id, b.id FROM t a JOIN t b ON a.s = b.s AND a.j = b.j AND a.n = b.n'],
  ['join by array, date and interval', 'SELECT a.id, b.m FROM t a JOIN t b ON a.a = b.a AND a.d = b.d AND a.i = b.i'],
  ['left join', 'SELECT a.id, b.s FROM t a LEFT JOIN t b ON a.id = b.k AND b.m > 3'],
  ['right join', 'SELECT a.id, b.s FROM t a RIGHT JOIN t b ON a.k = b.id + 500 AND b.m > 3'],
  [
    'full join',
    'SELECT a.id, b.id FROM (SELECT * FROM t WHERE id < 5000) a FULL JOIN (SELECT * FROM t WHERE id > 300) b ON a.k = b.id',
  ],
  ['semi join', 'SELECT id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id = a.k * 4)'],
  [
    'semi join with a condition',
    'SELECT id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id = a.k * 4 AND b.n > a.n)',
  ],
  ['anti join', 'SELECT id FROM t a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.id = a.k * 4 AND b.n > a.n)'],
  ['NOT IN', 'SELECT id, m FROM t a WHERE m NOT IN (SELECT id + 4 FROM t b)'],
  ['NOT IN with a NULL', 'SELECT id FROM t a WHERE id NOT IN (SELECT m FROM t b)'],
  ['NOT IN of nothing', 'SELECT id FROM t a WHERE m NOT IN (SELECT id FROM t b WHERE id < 0)'],
  [
    'one giant key',
    'SELECT a.id, b.id FROM (SELECT id, id % 2 AS x FROM t WHERE id < 30) a JOIN (SELECT id, s, n, 1 + id % 1 AS x FROM t) b ON a.x = b.x',
  ],
  [
    'one giant key, outer',
    'SELECT a.id, b.id FROM (SELECT id, id % 3 AS x FROM t WHERE id < 12) a FULL JOIN (SELECT id, s, 2 - id % 1 AS x FROM t) b ON a.x = b.x AND b.id % 100 = a.id',
  ],
  [
    'one giant key, semi',
    'SELECT id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id % 1 = a.id % 2 AND b.id = a.id + 100)',
  ],
  [
    'one giant key, anti',
    'SELECT id FROM t a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.id % 1 = a.id % 2 AND b.id = a.id + 100)',
  ],
  ['NULL keys only', 'SELECT a.id, b.id FROM t a LEFT JOIN (SELECT nullif(id, id) AS x, id, s FROM t) b ON a.id = b.x'],
  [
    'NULL keys only, right',
    'SELECT a.id, b.id FROM (SELECT * FROM t WHERE id < 99) a RIGHT JOIN (SELECT nullif(id, id) AS x, id FROM t) b ON a.id = b.x',
  ],
  ['groups', 'SELECT id, count(*), sum(n), max(s), avg(f) FROM t GROUP BY id'],
  ['groups by several columns', 'SELECT k, s, b, count(*), sum(l), min(d) FROM t GROUP BY k, s, b'],
  ['groups by values that are not plain', 'SELECT a, j, i, count(m) FROM t GROUP BY a, j, i'],
  ['groups that keep rows', 'SELECT n, array_agg(id), string_agg(s, $$,$$) FROM t GROUP BY n'],
  [
    'grouping sets',
    'SELECT k, m, s, grouping(k, m, s), count(*), sum(id) FROM t GROUP BY GROUPING SETS ((k, m), (s), (k), ())',
  ],
  ['cube', 'SELECT k, m, count(*), count(*) FILTER (WHERE b) FROM t GROUP BY CUBE (k, m)'],
  [
    'distinct values',
    'SELECT count(DISTINCT id), count(DISTINCT s), sum(DISTINCT n), sum(DISTINCT k), count(DISTINCT a), count(DISTINCT j) FROM t',
  ],
  [
    'distinct values of groups',
    'SELECT m, count(DISTINCT id), count(DISTINCT s), sum(DISTINCT n) FILTER (WHERE b) FROM t GROUP BY m',
  ],
  [
    'ordered aggregates',
    'SELECT m, string_agg(s, $$,$$ ORDER BY n DESC, id), array_agg(id ORDER BY j, id DESC) FROM t GROUP BY m',
  ],
  [
    'ordered distinct aggregates',
    'SELECT string_agg(DISTINCT s COLLATE "C", $$,$$ ORDER BY s COLLATE "C" DESC), array_agg(DISTINCT a), sum(DISTINCT f), array_agg(DISTINCT m ORDER BY m DESC NULLS LAST) FROM t',
  ],
  [
    'percentiles',
    'SELECT m, percentile_disc(0.5) WITHIN GROUP (ORDER BY id), percentile_cont(0.25) WITHIN GROUP (ORDER BY f) FROM t GROUP BY m',
  ],
  ['DISTINCT', 'SELECT DISTINCT k, s FROM t'],
  ['UNION', 'SELECT a, n FROM t UNION SELECT a, n * 1.00 FROM t WHERE id < 4000'],
  ['INTERSECT', 'SELECT a, s FROM t INTERSECT SELECT a, s FROM t WHERE id % 3 = 0'],
  ['EXCEPT', 'SELECT n, s FROM t EXCEPT SELECT n * 1.00, s FROM t WHERE id < 3000'],
  ['EXCEPT with duplicates', 'SELECT k, m FROM t EXCEPT ALL SELECT k, m FROM t WHERE id % 3 = 0'],
  ['INTERSECT with duplicates', 'SELECT k FROM t INTERSECT ALL SELECT k FROM t WHERE id % 3 = 0'],
  [
    'a CTE read twice',
    'WITH x AS MATERIALIZED (SELECT * FROM t) SELECT a.id, b.s, a.j FROM x a JOIN x b ON a.id = b.id + 1',
  ],
  [
    'a CTE read in part',
    'WITH x AS MATERIALIZED (SELECT id, s FROM t) (SELECT id FROM x LIMIT 3) UNION ALL (SELECT count(*) FROM x) UNION ALL SELECT sum(length(s)) FROM x',
  ],
  [
    'recursion',
    'WITH RECURSIVE r(i, s) AS (SELECT id, s FROM t WHERE id <= 4000 UNION ALL SELECT i + 4000, s || $$x$$ FROM r WHERE i < 8000) SELECT * FROM r',
  ],
  [
    'windows over partitions',
    'SELECT id, row_number() OVER w, sum(n) OVER w, lag(s, 2) OVER w FROM t WINDOW w AS (PARTITION BY k ORDER BY id)',
  ],
  [
    'a window over everything',
    'SELECT id, rank() OVER (ORDER BY m), sum(id) OVER (ORDER BY id ROWS 3 PRECEDING) FROM t',
  ],
  [
    'windows over large partitions',
    'SELECT id, ntile(7) OVER w, lag(s, 3) OVER w, first_value(j) OVER w, percent_rank() OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY id)',
  ],
  [
    'frames of a large partition',
    'SELECT id, sum(n) OVER (ORDER BY l RANGE BETWEEN 40000000000 PRECEDING AND 20000000000 FOLLOWING), max(s COLLATE "C") OVER (ORDER BY m, id GROUPS 2 PRECEDING EXCLUDE TIES) FROM t',
  ],
  ['nested loop', 'SELECT a.id, b.id FROM (SELECT * FROM t WHERE id < 40) a JOIN t b ON a.id * 200 < b.id'],
  [
    'nested loops that keep rows without a match',
    'SELECT a.id, b.id FROM (SELECT * FROM t WHERE id % 160 = 0) a LEFT JOIN (SELECT * FROM t WHERE id < 7000) b ON a.id < b.id AND a.k > b.k + 900',
  ],
  [
    'nested loops for rows that have one',
    'SELECT id FROM t a WHERE id % 80 = 0 AND EXISTS (SELECT 1 FROM t b WHERE b.id > a.id AND b.k > a.k + 1000)',
  ],
  [
    'nested loops for rows that have none',
    'SELECT id FROM t a WHERE id % 80 = 0 AND NOT EXISTS (SELECT 1 FROM t b WHERE b.id > a.id AND b.k > a.k + 1000)',
  ],
]
