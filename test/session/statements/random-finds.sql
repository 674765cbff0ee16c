-- What random statements (test/random/) found to differ once.
-- Strict functions: every argument is computed, and may fail, though another is NULL.
SELECT float8lt(NULL, '1.5' / '-0'::double precision);
SELECT int2xor('2', NULL) + int2(timestamp_hash('1970-01-01 00:00:00'));
SELECT NULL = int8('{"b": "x"}'::jsonb);
SELECT tsquery_eq(NULL::tsquery, to_tsquery('simple', 'a &'));
SELECT GREATEST(NULL::bigint) > int2(x) FROM (SELECT '{}'::jsonb AS x OFFSET 0) v;
SELECT COALESCE(NULL, int4range(2, 5, 'nope'));
SELECT NULL > int8range(NULL, '9223372036854775807', '(1,2)');
SELECT CASE WHEN NULL >= ANY ('{1,2}'::int[]) THEN int8('""'::jsonb) END;
-- Literals that an arm of a set operation sorts, groups or makes distinct are text.
(SELECT NULL, 'a' ORDER BY 2) UNION SELECT NULL, NULL;
(SELECT '', 1 ORDER BY 1) INTERSECT SELECT 'x', 1;
SELECT DISTINCT 'é' EXCEPT SELECT '2024-01-01'::date;
SELECT NULL GROUP BY 1 UNION ALL SELECT 1;
-- Aggregates of an outer level.
CREATE TABLE one (id int, k int, b bool, t text, n numeric);
INSERT INTO one VALUES (1, 1, true, 'a', 1.0), (2, 2, true, 'b', 1.00), (3, NULL, false, NULL, 2.50);
SELECT 1 FROM one q1 JOIN LATERAL (SELECT sum(q1.n) ORDER BY 1) q2 ON true;
SELECT 1 FROM one q1 JOIN LATERAL (SELECT string_agg(NULL, q1.t)) q2 ON true;
SELECT 1 FROM one q1 JOIN LATERAL (SELECT bit_or(2 ORDER BY q1.k)) q2 ON true;
SELECT q1.id, c FROM one q1 JOIN LATERAL (SELECT json_agg(q1.k ORDER BY q2.id) c FROM one q2) q3 ON true ORDER BY 1;
-- Columns of an outer level as groups.
SELECT q1.id, c FROM one q1 JOIN LATERAL (SELECT q1.b c GROUP BY q1.b) q2 ON q2.c ORDER BY 1;
SELECT q1.id, c, n FROM one q1 JOIN LATERAL (SELECT q1.b c, count(*) n FROM one GROUP BY q1.b) q2 ON true ORDER BY 1;
-- Subqueries by parameters that are equal and look different.
SELECT id, (SELECT one.n) FROM one ORDER BY 1;
SELECT max(n), min(n) FROM one WHERE id < 3;
SELECT max(x), min(x) FROM (VALUES ('0'::float8), ('-0')) v(x);
SELECT max(x), min(x) FROM (VALUES ('a'::bpchar), ('a ')) v(x);
SELECT numeric_smaller(1.00, 1.0), numeric_larger(1.00, 1.0);
-- A CTE with ties that is used twice.
WITH c AS NOT MATERIALIZED (SELECT id, trim_scale(n) AS n FROM one ORDER BY 2 FETCH FIRST 1 ROW WITH TIES) SELECT a.id, b.id FROM c a, c b ORDER BY 1, 2;
-- Types and names of results.
SELECT NULLIF(ROW(1, 2)::one, NULL::one) IS NULL;
SELECT NULLIF('a'::varchar(3), 'b'::varchar(3)), ('12:34:56.789'::text)::time(2)::time;
SELECT ((SELECT CASE WHEN true THEN '0110' END))::text, ((SELECT 1 + 1))::bigint;
SELECT pg_typeof('x'), text('a'::text);
-- Comparisons.
SELECT GREATEST('(0,0)'::point);
SELECT (1, '(1,2)'::point) < (1, '(3,4)'::point);
SELECT ('[(0,0),(1,1)]'::lseg, 7) = (NULL::lseg, 0);
SELECT date '5874897-12-31' > timestamp 'infinity', date '5874897-12-31' > timestamptz '2000-01-01';
SELECT '4294967295'::xid = -1, (-13)::oid, 4294967295::oid::int, (-32768)::int2::oid;
SELECT sign(btfloat48cmp('0.1', '0.1')), array_smaller('{"(1,2)"}'::point[], '{"(0,0)"}');
SELECT hash_array('{}'::varbit[]);
SELECT enum_first('happy');
SELECT rank() OVER (PARTITION BY x) FROM (VALUES ('1'::xid)) v(x);
-- Floats.
SELECT avg(x) FROM (VALUES ('1e308'::float8), ('-1e308')) v(x);
SELECT stddev(x), regr_count(x, x) FROM (VALUES ('1e200'::float8), ('1')) v(x);
SELECT regr_count(x, x), regr_avgx(1, id) FROM (VALUES ('1e200'::float8, 1), ('1', 3)) v(x, id);
SELECT round('-0.3'::float8), cbrt('1.7976931348623157e308'), '1.7976931348623157e308'::float8::numeric > 1e308, radians('5e-324'::float8);
SELECT log10(numeric_exp(100)), round(1.5, 20000)::text = rpad('1.5', 16385, '0');
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY NULL::float8);
-- Texts.
SELECT upper('äöü ß'), lower('ΑΣ İ'), initcap('ßa'), encode('\x01ff00'::bytea, 'escape'), right('abc', -2147483648);
SELECT overlay('abc' PLACING 'x' FROM 2147483647 FOR 5);
SELECT '92233720368547758.07'::int;
SELECT regexp_instr('', '^\s*$', 12), regexp_substr('abcabc', '[a-c]+', 2, 1, 'n', 1), 'x' ~ '\12', 'a' ~ '(a)\12';
SELECT format('%*s', '1.5', 'a');
SELECT quote_literal('::1'::inet), quote_nullable(true), pg_size_pretty(2.75), pg_size_pretty('Infinity'::numeric);
SELECT ' [1 , 2] '::json #>> '{}', ' [1 , 2] '::json #> '{}', json_strip_nulls('"\u00e9"'), jsonb_delete_path('[1]', '{{a},{b}}');
SELECT '0101010100000'::macaddr8, xpath('/', '<a b="1">x</a>');
-- Dates and times.
SELECT '0110101'::date, '24:00:00'::interval;
SELECT '24:00:00+00'::interval;
SELECT '2020-12-31'::interval;
SELECT '1970-01-01'::interval;
SELECT '42'::date;
SELECT '2024-02-30'::time;
SELECT date_bin('-1 day', '2024-02-29', '1970-01-01'::timestamp);
SELECT timezone('Mars/Olympus', 'infinity'::timestamptz), date_trunc('nonsense', 'infinity'::timestamp);
SELECT timestamptz('5874897-12-31'::date, '01:00'::timetz);
SELECT length(to_char('294276-12-31 23:59:59+00'::timestamptz, 'TZ')) > 0;
SELECT to_char('2024-02-29'::date, 'äöü ß Bc'), to_char(interval '1 day', 'OF');
-- Numbers as text.
SELECT to_char(-0.001::float8, '99.99'), to_char(-0.001, '99.99'), to_char(9.999, '9.99EEEE'), to_char(9.999::float8, '9.99EEEE'), to_char('NaN'::float4, '9.99EEEE'), to_char(0.5::float8, 'RN');
SELECT to_char(1, 'PR999');
SELECT to_char(1, 'S99MI');
SELECT to_char(1, 'FM9EEEE');
SELECT to_number('', '999');
SELECT to_date('12', 'TZ');
-- Ranges and arrays.
SELECT int4range_canonical('[1,3]'), tsrange_subdiff('2000-01-02', '2000-01-01'), daterange_subdiff('2000-01-02', '2000-01-01'), numrange_subdiff(1.5, 1);
SELECT array_agg(x) FROM (VALUES (ARRAY['a']), ('{}'), (NULL)) v(x);
SELECT width_bucket(1, '{1,NULL}'::int[]);
SELECT width_bucket(8.0, 1, 7, 2147483647);
SELECT ts_headline('a', 'a', 'it''s');
CREATE DOMAIN whole AS int;
SELECT json_build_array('42'::whole);
-- Changes.
CREATE TABLE parts (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts VALUES (1, 1);
INSERT INTO parts VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET id = 15;
INSERT INTO parts VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET id = 5 RETURNING *;
-- Found by later seeds.
SELECT (-445665216)::real, ('-0'::float8 + 0), sum(x), avg(x) FROM (VALUES ('-0'::float8)) v(x);
SELECT '[1]'::jsonb - '{{a},{b}}'::text[];
SELECT width_bucket(1, '{{1},{2}}'::int[]);
SELECT to_char(1e10::real, 'FM0009.9'), to_char('Infinity'::real, 'L999D99');
SELECT power(0, '-Infinity'::numeric);
SELECT CASE WHEN 1 < ALL ('{}') THEN 10 ELSE log(-1.0) END;
SELECT CASE WHEN NULLIF('{[2020-01-01,2020-01-02)}'::datemultirange, '{}') IS NULL THEN int4range(3, 1) END;
SELECT regexp_substr('a', '[', 1, 0);

-- Constants of every kind are computed, and fail, before the statement runs.
SELECT jsonb_to_tsvector(jsonb_delete('"2024-02-29"'::jsonb, 'b', 'x'), NULL::jsonb);
SELECT starts_with(jsonb_extract_path_text('"2024-02-29"', 'b'), format('%'));
SELECT float48mul(ts_rank_cd(ARRAY[NULL::real, 1], 'a'::tsvector, 'a'::tsquery), asind('Infinity')::real);
SELECT CASE WHEN id > 0 THEN (ARRAY[1, 2]::text[])[2]::int / 0 END FROM (VALUES (0), (0)) v(id);
SELECT ROW(1, 'a') = ANY (ARRAY[ROW(1, 'a')]), ARRAY['1', '2']::int[], '1.50'::numeric::text;

-- Signs behind numbers, points without digits, words.
SELECT to_char(7, 'S.99'), to_char(7, '99S.99'), to_char(-7, '9S9'), to_char(0.5, '99.S9'), to_char(1, '9S.'), to_char(7, '9S,999'),
  to_char(1.5, 'FM99S.99'), to_char(-7, '99V9S'), to_char(-0.25::float8, '99V9'), to_char(7, 'D'), to_char(0, 'xDy');
SELECT to_char('NaN'::numeric, '999.9xPR'), to_char('-Infinity'::float8, '99999999.9PR'), to_char('NaN'::float8, '999th.9');
SELECT to_char('NaN'::numeric, '999th');
SELECT to_char('-1 year'::interval, 'Y,YYY YYYY YYY YY Y'), to_char('-12000 year'::interval, 'Y,YYY YYYY YYY YY Y FMYYY');

-- Parts in float arithmetic.
SELECT date_part('epoch', '1 year 2 mons 3 days 04:05:06.789'::interval), date_part('second', '00:00:37.123457'::time),
  date_part('milliseconds', '00:00:37.123457'::time), date_part('epoch', '04:05:06.789123+03'::timetz);
SELECT width_bucket(123456789.123::float8, 1.7976931348623157e308, -1e-5, 2147483647), ln(1.000000001),
  ts_rank('a:1,2 b:3'::tsvector, 'a & b', 2147483647);

-- NOT IN with an operand that turns out to be a constant.
CREATE TABLE some_words (id int, word text);
INSERT INTO some_words VALUES (1, 'a'), (2, 'b'), (3, NULL);
SELECT count(*) FROM (SELECT 'x'::text AS c, id FROM some_words) s WHERE c NOT IN (SELECT word FROM some_words);
SELECT count(*) FROM (SELECT 'x'::text AS c, id FROM some_words) s WHERE c NOT IN (SELECT word FROM some_words WHERE id < 3);
SELECT count(*) FROM some_words WHERE word NOT IN (SELECT n FROM (SELECT id, NULL::text AS n FROM some_words) s);
SELECT count(*) FROM (SELECT NULL::text AS c FROM some_words) s WHERE c NOT IN (SELECT word FROM some_words WHERE id > 9);
DROP TABLE some_words;

-- Rows among rows.
CREATE TYPE number_and_text AS (a int, b text);
SELECT ROW(1, 'a')::number_and_text = ANY (ARRAY[ROW(1, 'a')::number_and_text]), ROW(1, 'a')::number_and_text = ANY (NULL::number_and_text[]),
  ROW(1, 'a')::number_and_text <> ALL (ARRAY[ROW(1, 'b')::number_and_text]), ARRAY[ROW(1, 'a')::number_and_text]::record[];
DROP TYPE number_and_text;

-- Text forms that depend on settings are not immutable.
CREATE TABLE dated (d date, n numeric, a int[], word text, line text GENERATED ALWAYS AS (n::text) STORED);
CREATE INDEX ON dated ((d::text));
CREATE INDEX ON dated ((a::text));
CREATE INDEX ON dated ((word::date));
CREATE INDEX ON dated ((word || n));
ALTER TABLE dated ADD late text GENERATED ALWAYS AS (d || '') STORED;
DROP TABLE dated;
-- Texts of OIDs, escapes at the end, empty arrays, NULLIF with NULL.
select '99999999999 1'::oidvector;
select '1 99999999999 2'::oidvector;
select jsonb_set_lax('1', '{a}', '2', true, NULL);
select similar_to_escape('\'), similar_to_escape('a#','#'), 'a' similar to 'a\';
select i <> all ('{}'::int[]), i = any('{}'::int[]), i in (1) from (values (1),(null)) v(i);
select m <> all ('{}'::int4multirange[]), m = any('{}'::int4multirange[]) from (values ('{}'::int4multirange),(null)) v(m);
SELECT (timestamp_cmp_date('0001-01-01 00:00:00'::timestamp without time zone, '0001-01-01'))::double precision;
SELECT NULLIF((i - NULL::smallint), int2('{}'::jsonb)) from (values (1::smallint),(2)) v(i);
SELECT NULLIF(timetzdate_pl(NULL::time with time zone, '1970-01-01'), date_trunc('timezone_hour', '2024-02-29 12:34:56.789+00'::timestamp with time zone));
SELECT '2024-02-30'::oidvector, '08: 0:2b:-0:2:3'::macaddr;
SELECT '2024-02-30'::macaddr;
SELECT '("2020-01-01 BC",-1)'::timestamptz, '[2020-01-01]'::date;
-- Numbers half-way between two floats are not taken for either; all NaNs are one.
SELECT v::float8 FROM (VALUES ('29373796295715848'), ('18014398509481990'), ('1e23'), ('-1e23'), ('9007199254740993'), ('1.7976931348623157e308'), ('5e22')) v(v);
SELECT md5(string_agg((i::float8 * 18014398509481984)::text, ',')), md5(string_agg((i * 1e23::float8)::text, ',')) FROM generate_series(1, 300) i;
SELECT hashfloat8(acosd('NaN')), hashfloat8(-'NaN'::float8), hashfloat8('Infinity'::float8 - 'Infinity');
SELECT 'a' ~ '\x0102030405060708090a', 'a' ~ '\x0000000061', 'a' ~ '\U7ffffffe';
SELECT 'a' ~ '\U7fffffff';
-- What a third seed found.
select to_char('-1 year -2 mons -3 days -04:05:06.789'::interval, 'YYYY|YYY|MM|DD|DDD|HH24|HH12|MI|SS|SSSS|MS|US|FF1|FF3|CC|Q|RM|W');
select to_char('-1 year -2 mons -3 days -04:05:06.789'::interval, 'FMYYYY|FMMM|FMDD|FMDDD|FMHH24|FMHH12|FMMI|FMSS|FMSSSS|FMMS|FMCC|FMQ|FMRM|DDth|HH24th|MIth|CCth');
select to_char('-30 hours'::interval, 'HH24|HH12|HH|MI|SS|SSSSS|AM|FF6'), to_char('-1 day'::interval, 'YYYY-MM-DD'), to_char('-100 day'::interval, 'DD|DDD'), to_char('-12 day'::interval, 'DD|DDD');
select to_char('-0.5 seconds'::interval, 'SS.MS|SS.US|FF2|SSSS'), to_char('-1.5 seconds'::interval, 'SS.MS|SS.US|FF2|SSSS');
select to_char('-100 years'::interval, 'CC|YYYY'), to_char('-1000 years'::interval, 'CC|YYYY|Y,YYY'), to_char('-10000 years'::interval, 'CC|YYYY|Y,YYY'), to_char('12345 years'::interval, 'CC|YYYY'), to_char('-250 years'::interval, 'CC|YYYY');
select to_char(make_interval(days=>-d), 'DD|DDD|W|DDth') from generate_series(0,12) d;
select to_char(make_interval(months=>-d), 'MM|Q|MMth|FMMM') from generate_series(0,14) d;
select to_char(make_interval(months=>d), 'MM|Q|MMth|FMMM') from generate_series(0,14) d;
SELECT in_range(regexp_count(quote_literal('-Infinity'::numeric), '(a)(b)?', 0), 12, '0'::bigint, true, on_pb(lseg_interpt('[(0,0),(1,1)]'::lseg, '[(1,2),(3,4)]'), '(3,4),(-1,2)'::box));
SELECT array_cat('[2:4]={"0","0","0"}'::money[], '{{"1,234,567.89",NULL,NULL},{"1,234,567.89",NULL,NULL}}'::money[]);
SELECT array_cat('[1:2][2:3]={{1,2},{3,4}}'::int[], '{{1,2}}');
SELECT array_cat('[5:5][2:3]={{1,2}}'::int[], '[1:1][2:3]={{1,2}}'), array_cat('[2:3]={7,8}'::int[], '[0:0][2:3]={{1,2}}');
SELECT to_char(make_interval(months => m), 'RM|FMrm|rm') FROM generate_series(-26, 26, 2) m;
SELECT json_build_array() BETWEEN SYMMETRIC '""'::json AND ('""' -> '-1'::integer);
SELECT 1 BETWEEN 0 AND no_such_column;
SELECT 5 BETWEEN SYMMETRIC 10 AND 1, 5 NOT BETWEEN SYMMETRIC 10 AND 1, 5 BETWEEN 10 AND 1, 5 NOT BETWEEN 10 AND 1;
CREATE DOMAIN positive AS int CHECK (value > 0);
SELECT '-1' = ANY (ARRAY[1]::positive[]), 'a' = ANY ('{a}'::varchar[]), '{[1,2)}' <> ALL (ARRAY['{}'::int4multirange]);
SELECT '(-5,)' = ANY (NULL::record[]);
select format('%2000000000s','a');
select format('%*s','-99999999999'::text,'a');
select format('%*s','x'::text,'a'), 1;
select format('%*s',2.5,'a');
select length(format('%*s',1e3,'a')), format('%*s|',' 5 '::text,'a'), format('%-5s|%5s|%*s|','a','b',-3,'c');
select format('%99999999999s','a');
select format('%2147483648s','a');
SELECT to_char(interval_um('36:00:00'::interval), 'HH12:MI AM'), to_char('-24:00'::interval,'HH|HH12|HH24|FMHH12|HH12th'), to_char('-00:30'::interval,'HH|HH12|HH24|MI');
SELECT dist_pathp((path_mul_pt('((0,0),(4,0),(4,3))', '(Infinity,0)'::point) - '(3,4)'::point), (@@ polygon('(2,2),(2,2)'::box)));
select set_config(null, 'a', false);
select set_config('work_mem', null, false), current_setting('work_mem');
select set_config('work_mem', '1MB', null);
