set standard_conforming_strings = off;
-- ;
select 'a\'b', 'c', 'd''e'
-- ;
-- ;
select 'a\\b', E'x\\y', e'\n', b'01', x'ff', $$a\n$$, "a\n" from (select 1 as "a\n") x
-- ;
-- ;
select 'é\n', nosuch
-- ;
-- ;
select 'foo\n'
'bar\t' as more, nosuch
-- ;
-- ;
select U&'\0061'
-- ;
-- ;
select N'a\nb', U&"\0061" from (select 1 as a) x
-- ;
-- ;
select 'x\n', foo bar baz
-- ;
-- ;
select /* 'it\ /* is */ ' */ 'a\x41' -- 'what\'
, 'b'
-- ;
set escape_string_warning = off;
-- ;
select 'a\\b'
-- ;
-- ;
prepare p as select 'a\\b'
-- ;
execute p;
reset standard_conforming_strings;
-- ;
select 'a\\b'
-- ;
execute p;
set transform_null_equals = on;
select 1 = null as a, null = 1 as b, null = null as c, 1 <> null as d;
select count(*) from (values (1), (null)) v(x) where x = null;
reset transform_null_equals;
select 1 = null as a;
set array_nulls = off;
select '{NULL,a}'::text[];
select '{null}'::int[];
reset array_nulls;
select '{NULL,a}'::text[];
