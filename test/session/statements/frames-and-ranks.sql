-- RANGE frames of every type that has them
CREATE TABLE readings (id int, small int2, whole int4, big int8, exact numeric, f4 float4, f8 float8, d date, ts timestamp, tz timestamptz, tm time, ttz timetz, span interval, label text);
INSERT INTO readings SELECT i, i * 3, i * i, i * 1000000000, i * 1.5, i * 2.25, CASE i WHEN 7 THEN 'NaN' WHEN 8 THEN 'Infinity' ELSE i * 0.5 END,
  date '2024-01-28' + i * 10, timestamp '2024-02-27 12:00' + i * interval '9 hours', timestamptz '2024-03-30 00:00+01' + i * interval '11 hours',
  time '20:00' + i * interval '17 minutes', timetz '06:00+02' + i * interval '40 minutes', i * interval '1 day 6 hours', 'r' || i FROM generate_series(1, 8) i;
INSERT INTO readings (id, label) VALUES (9, 'none'), (10, 'none');
SET TIME ZONE 'Europe/Berlin';
SELECT id, count(*) OVER (ORDER BY small RANGE BETWEEN 4 PRECEDING AND 7::int8 FOLLOWING) AS small,
  sum(id) OVER (ORDER BY whole RANGE BETWEEN 9 PRECEDING AND CURRENT ROW) AS whole,
  count(*) OVER (ORDER BY big DESC RANGE BETWEEN 9223372036854775807 PRECEDING AND 1000000000 FOLLOWING) AS big,
  array_agg(id) OVER (ORDER BY exact RANGE BETWEEN 1.5 PRECEDING AND 1.4 FOLLOWING) AS exact,
  count(*) OVER (ORDER BY f4 RANGE BETWEEN 2.25 PRECEDING AND 2.25 FOLLOWING EXCLUDE CURRENT ROW) AS f4 FROM readings ORDER BY id;
SELECT id, array_agg(id) OVER (ORDER BY f8 RANGE BETWEEN 1 PRECEDING AND 'Infinity' FOLLOWING) AS f8 FROM readings ORDER BY id;
SELECT id, array_agg(id) OVER (ORDER BY d RANGE BETWEEN '1 month' PRECEDING AND '10 days' FOLLOWING) AS d,
  count(*) OVER (ORDER BY ts RANGE BETWEEN interval '1 day' PRECEDING AND interval '1 day' FOLLOWING EXCLUDE TIES) AS ts,
  count(*) OVER (ORDER BY tz RANGE BETWEEN '1 day' PRECEDING AND '0' FOLLOWING) AS tz,
  array_agg(id) OVER (ORDER BY tm DESC NULLS LAST RANGE BETWEEN '20 min' PRECEDING AND '40 min' FOLLOWING) AS tm,
  count(*) OVER (ORDER BY ttz RANGE '1 hour' PRECEDING) AS ttz,
  count(*) OVER (ORDER BY span RANGE BETWEEN '1 day' FOLLOWING AND '3 days' FOLLOWING) AS span FROM readings ORDER BY id;
SELECT sum(id) OVER (ORDER BY whole RANGE BETWEEN -1 PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY d RANGE BETWEEN '-1 day' PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY f8 RANGE BETWEEN 'NaN' PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY label RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY d RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY id, d RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM readings;
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN id PRECEDING AND CURRENT ROW) FROM readings;
SELECT rank() OVER (ORDER BY rank() OVER ()) FROM readings;
SELECT rank() OVER (ORDER BY 1), count(*) FROM readings GROUP BY 1;
SELECT * FROM readings LIMIT id;
-- Rows that are not there
SELECT rank(4) WITHIN GROUP (ORDER BY whole), dense_rank(4) WITHIN GROUP (ORDER BY whole), percent_rank(4) WITHIN GROUP (ORDER BY whole),
  cume_dist(4) WITHIN GROUP (ORDER BY whole), rank(4) WITHIN GROUP (ORDER BY whole DESC NULLS FIRST), rank('r2', 1.5) WITHIN GROUP (ORDER BY label DESC, exact) FROM readings;
SELECT id % 2, rank(30) WITHIN GROUP (ORDER BY whole) FILTER (WHERE id > 2), cume_dist(NULL::int) WITHIN GROUP (ORDER BY whole) FROM readings GROUP BY 1 ORDER BY 1;
SELECT rank(1) WITHIN GROUP (ORDER BY id), percent_rank(1) WITHIN GROUP (ORDER BY id), cume_dist(1) WITHIN GROUP (ORDER BY id) FROM readings WHERE false;
SELECT rank(1, 2) WITHIN GROUP (ORDER BY id) FROM readings;
SELECT rank('x') WITHIN GROUP (ORDER BY id) FROM readings;
SELECT rank(1) OVER () FROM readings;
CREATE VIEW placed AS SELECT dense_rank(5) WITHIN GROUP (ORDER BY id DESC) AS place FROM readings;
SELECT pg_get_viewdef('placed');
SELECT int4larger(3, 4), numeric_smaller('NaN', 1), text_larger('a', 'b'), btint2cmp(9::int2, 2::int2), btint48cmp(1, 2::int8), bttextcmp('abc', 'abd'), int4send(258), numeric_send(-1.50), date_send('2024-02-29');
DROP VIEW placed;
DROP TABLE readings;
