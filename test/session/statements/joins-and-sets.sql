-- Names of joins, and functions that answer sets
CREATE TABLE boys (id int, name text);
CREATE TABLE girls (id int, name text, age int);
INSERT INTO boys VALUES (1, 'Al'), (2, 'Bo'), (3, 'Cy');
INSERT INTO girls VALUES (2, 'Di', 7), (3, 'Ev', 8), (4, 'Fay', 9);
SELECT * FROM boys JOIN girls USING (id) AS j WHERE j.id = 2;
SELECT j.*, boys.name, age FROM boys LEFT JOIN girls USING (id) AS j ORDER BY id;
SELECT j FROM boys FULL JOIN girls USING (id) AS j ORDER BY j.id;
SELECT row_to_json(j.*) FROM boys JOIN girls USING (id, name) AS j;
SELECT * FROM boys JOIN girls USING (id) AS j WHERE j.name = 'Al';
SELECT * FROM boys a JOIN girls b USING (id) AS a;
SELECT x FROM (boys CROSS JOIN girls) AS x WHERE x.age = 7 ORDER BY 1;
SELECT * FROM (boys b CROSS JOIN girls g) AS x(a, b, c, d, e, f);
SELECT generate_series(generate_series(1, 3), generate_series(2, 4));
SELECT generate_series(1, generate_series(1, 3)), generate_series(2, 4);
SELECT id, generate_series(1, id), generate_series(1, generate_series(1, id)) FROM boys WHERE id < 3;
SELECT name, generate_series(1, 2) g, count(*) FROM boys GROUP BY name, g ORDER BY 1, 2;
SELECT CASE WHEN id > 1 THEN generate_series(1, 2) ELSE 0 END FROM boys;
SELECT CASE WHEN id > 1 THEN (SELECT max(x) FROM (SELECT generate_series(1, 2) x) s) ELSE 0 END FROM boys;
SELECT coalesce(generate_series(1, 2), 0);
SELECT sum(generate_series(1, 2)) FROM boys;
SELECT max(generate_series(1, 2)) OVER () FROM boys;
SELECT id FROM boys WHERE generate_series(1, 2) > 1;
SELECT id FROM boys LIMIT generate_series(1, 2);
DROP TABLE boys, girls;

-- The subquery of IN is read once, whatever surrounds it.
create table lookers (x int, y text);
insert into lookers values (1, 'a'), (2, 'b'), (3, 'c'), (null, null);
create table looked (z int8, w text);
insert into looked values (3, 'c'), (1, 'z');
select x, x in (select z from looked), x not in (select z from looked), x in (select z from looked where false) from lookers order by x;
select x, x > all (select z from looked), x < any (select z from looked), (x, y) in (select z, w from looked) from lookers order by x;
insert into looked values (null, null);
select x, x in (select z from looked), x not in (select z from looked), x in (select z from looked where false) from lookers order by x;
select x, x > all (select z from looked), x < any (select z from looked), (x, y) in (select z, w from looked) from lookers order by x;
explain (costs off) select x from lookers where y = 'a' or x in (select z from looked);
