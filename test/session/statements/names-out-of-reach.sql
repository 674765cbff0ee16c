create table xx1 (x1 int, x2 int);
create table yy (f1 int, g1 varchar(5));
insert into yy values (1, 'a'), (2, 'b'), (3, 'a');
insert into xx1 values (1, 2), (2, 3);
create view vv as select * from yy;
-- What UPDATE, DELETE and MERGE change is not in reach of their FROM.
update xx1 set x2 = f1 from (select * from yy where f1 = x1) ss;
update xx1 set x2 = f1 from lateral (select * from yy where f1 = x1) ss;
update xx1 set x2 = f1 from lateral (select * from yy where f1 = xx1.x1) ss;
delete from xx1 using lateral (select * from yy where f1 = x1) ss;
merge into xx1 t using (select * from yy where t.x1 = f1) s on true when matched then do nothing;
update xx1 set x2 = s.f1 from yy, lateral (select yy.f1) s where x1 = s.f1 returning *;
-- Hints.
select yy.f2 from yy;
select ff from yy;
select ff1 from yy a, yy b;
select f1 from yy, (select f1 as g) ss;
select xx1.f1 from yy;
select f1 from yy union select x2 from xx1 order by x2;
with a as (select * from b), b as (select 1) select * from a;
with a as (select 1 union (with c as (select 2) select * from a union select * from c)) select * from a;
-- A view's row is of the view's type.
select pg_typeof(vv) from vv limit 1;
select (select vv) from vv;
-- Aggregates.
select (select max(min(f1)) from xx1) from yy;
select (select max(f1) filter (where sum(x1) > 0) from xx1) from yy;
select string_agg(distinct g1, ',' order by g1) from yy;
select string_agg(distinct g1, ',' order by g1::text) from yy;
select string_agg(distinct g1::text, ',' order by g1::text desc) from yy;
select string_agg(distinct g1::text, ',' order by g1) from yy;
with recursive foo(i) as (select i::numeric(3,0) from (values (1), (2)) t(i) union all select (i + 1)::numeric(10,0) from foo where i < 10) select * from foo;
with recursive foo(i) as (select i::numeric(3,0) from (values (1), (2)) t(i) union all select (i + 1)::numeric(3,0) from foo where i < 10) select count(*) from foo;
