-- built-in range types: input, canonical form, output
select '[1,5]'::int4range, '(1,5)'::int8range, '[1.5,2.5)'::numrange, '[2020-01-01,2020-01-31]'::daterange, 'empty'::tsrange;
select '(,5]'::int4range, '[,]'::numrange, '[2020-01-01 10:00,2020-01-01 11:00)'::tsrange, '[infinity,infinity]'::daterange;
select '[5,1]'::int4range;
select '[1;5]'::int4range;
select '[1,2'::int4range;
select '[1,2]x'::int4range;
select '[1,2147483647]'::int4range;
select int4range(1,5), int4range(1,5,'[]'), int4range(null,5), numrange(1.5,1.5,'[]'), int8range(3,3);
select int4range(1,5,'x');
select int4range(1,5,null);
-- bounds and relations
select lower(r), upper(r), lower_inc(r), upper_inc(r), lower_inf(r), upper_inf(r), isempty(r) from (values (int4range(1,5)),('(,3)'),('empty'),('[7,)')) v(r);
select a && b, a @> b, a <@ b, a << b, a >> b, a &< b, a &> b, a -|- b from (values (int4range(1,5),int4range(3,8)),(int4range(1,5),int4range(5,8)),(int4range(1,9),int4range(3,8)),('empty','[1,2)')) v(a,b);
select int4range(1,5) @> 3, 5 <@ int4range(1,5), numrange(1,2) @> 1.999, daterange('2020-01-01','2020-02-01') @> '2020-01-15'::date;
select int4range(1,5) + int4range(5,9), int4range(1,5) * int4range(3,9), int4range(1,9) - int4range(1,4), range_merge(int4range(1,2), int4range(8,9));
select int4range(1,5) + int4range(7,9);
select int4range(1,9) - int4range(3,4);
select r from (values ('[3,5)'::int4range),('empty'),('(,9)'),('[3,4)'),(null),('[3,)')) v(r) order by r;
select r, count(*) from (values ('[1.0,2.0)'::numrange),('[1,2)'),('[1,2]')) v(r) group by r order by r;
-- multiranges
select '{}'::int4multirange, '{[1,3),[2,5),[7,9]}'::int4multirange, int4multirange(), int4multirange(int4range(1,2)), int4multirange(int4range(5,6), int4range(1,5));
select '{[1,2),,}'::int4multirange;
select '{(1,2'::int4multirange;
select nummultirange(numrange(1,2), null);
select m + '{[5,6)}', m - '{[2,8)}', m * '{[2,8)}' from (values ('{[1,5),[7,9)}'::int4multirange)) v(m);
select m @> 3, m @> int4range(7,8), m && int4range(5,7), m @> '{[1,2),[8,9)}', int4range(1,20) @> m, m -|- int4range(9,10), m << int4range(20,21) from (values ('{[1,5),[7,9)}'::int4multirange)) v(m);
select lower(m), upper(m), lower_inc(m), upper_inf(m), isempty(m), range_merge(m) from (values ('{[1,5),[7,9)}'::int4multirange), ('{}'), ('{(,3),[8,)}')) v(m);
select unnest('{[1,5),[7,9)}'::int4multirange);
select int4range(1,3)::int4multirange, multirange(numrange(1,2));
select range_agg(r), range_intersect_agg(r) from (values (int4range(1,5)),(int4range(3,8)),(null),(int4range(4,6))) v(r);
select range_agg(m) from (values ('{[1,2)}'::int4multirange),('{[2,4),[8,9)}')) v(m);
-- user-defined
create type textrange as range (subtype = text);
create type span as range (subtype = float8, multirange_type_name = spans);
select textrange('a','k') @> 'c'::text, '["a,b",c]'::textrange, span(1,2.5,'[]'), spans(span(1,2), span(1.5,4));
select '{[a,c),[c,e)}'::textmultirange, textrange('a','b')::textmultirange;
create type textrange as range (subtype = int4);
create type bad as range (subtype = int4, size = 3);
create type bad as range (multirange_type_name = m);
create type bad as range (subtype = json);
create type bad as range (subtype = int4, subtype_diff = int4pl);
drop type spans;
create table booking (id int primary key, during tsrange, seats int4range[], s span);
create index booking_during on booking using gist (during);
create index booking_s on booking (s);
insert into booking values (1, '[2020-01-01 10:00,2020-01-01 11:00)', '{"[1,2]","[5,6]"}', '[1,2]'), (2, '[2020-01-01 12:00,)', null, 'empty'), (3, null, '{}', '(,)');
select * from booking order by id;
select id from booking where during && '[2020-01-01 10:30,2020-01-01 12:30]' order by id;
select id from booking where s = span(1,2,'[]');
select pg_typeof(s), s::text from booking where id = 1;
select rngsubtype::regtype, rngmultitypid::regtype from pg_range where rngtypid = 'span'::regtype;
drop type span;
-- polymorphic resolution
select int4range(1,2) @> 1.5;
select numrange(1,2) && int4range(1,2);
select lower('[1,2)');
select range_merge(int4range(1,2), numrange(1,2));
