create table t (a int, b int, c int);
insert into t values (1, 2, 3);
-- What fails whatever the rows are fails, whether or not it would be reached.
select case when a > 5 then 1 / 0 end from t;
select coalesce(a, 1 / 0) from t;
select 1 / 0 where false;
select a from t where a > 5 and 1 / 0 = 1;
select a from t where 1 / 0 = 1 and false;
select sum(1 / 0) from t where false;
select (select 1 / 0) from t where false;
select distinct 1 / 0 from t where false;
select a from t group by a having 1 / 0 > 1;
select a from t limit 1 / 0;
update t set a = 1 / 0 where false;
insert into t select 1 / 0 where false;
select nullif(-54, 20 / case 82 when count(*) then 20 / 0 end - null) from t;
explain (costs off) select 1 / 0;
-- Not what a constant has decided against, and not what is not asked for.
select coalesce(1, 1 / 0), coalesce(a, 1, 1 / 0), case 1 when 1 then 2 else 1 / 0 end from t;
select case nullif(64, -5) when 16 then 9 / 0 end;
select a from t where false and 1 / 0 = 1;
select true or 1 / 0 = 1;
select a from (select a, 1 / 0 as x from t) s;
select a from (select a, 1 / 0 as x from t limit 1) s;
with x as (select 1 / 0) select 1 as one;
select a from t where exists (select 1 / 0 from t);
prepare p as select 1 / 0;
execute p;
create table empty as select 1 / 0 as x with no data;
create view v as select a, 1 / 0 as x from t;
select a from v;
select x from v;
-- Items of IN that mention columns are compared one by one, behind all others.
select null not in (-a + b / 0) from t;
select a from t where b / b * a not in (b + -c / 0, -1, null);
select 1 in (1, 1 / 0) from t;
select a in (1, b, 2.5), b in (a), c not in (3, 4, a) from t;
create view w as select a in (1, 2, b) as x, a not in (b, c) as y, a in (3) as z, b in (1.5, 2) as n from t;
select pg_get_viewdef('w');
select x, y, z, n from w;
-- After NULL as well as after false no further condition is looked at.
select a from t where not a not between null and a / (a - 1);
select - - 0 as x;
select - - 1 as x;
select - - 32 as x;
-- Aggregates and subqueries go with the arms that they stand in.
select case 1 when 2 then avg(a / 0 + 89 / 0) else 3 end from t;
select case 1 when 2 then (select 1 / 0) else 3 end from t;
select case 1 when 1 then avg(a + 89 / 0) else 3 end from t where false;
