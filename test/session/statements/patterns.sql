select regexp_match('foobar', 'foo|foobar'), regexp_match('xyz', '.|...'), regexp_match('abcd', '(ab)?(abcd)?'), regexp_match('xabcabcy', '(abc|ab|a)+'), regexp_replace('foobar foobaz', 'foo|foobar', 'X', 'g'), substring('foobar' from 'o+|ob|oobar'), regexp_split_to_array('1ab2a3', 'a|ab'), (select string_agg(m[1], ',') from regexp_matches('aaabab', '(a|ab|aab)', 'g') m);
select regexp_match('XY1234Z', 'Y*([0-9]{1,3})'), regexp_match('XY1234Z', 'Y*?([0-9]{1,3})'), regexp_match('abc01234xyz', '(.*)(\d+)(.*)'), regexp_match('abc01234xyz', '(.*?)(\d+)(.*)'), regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}'), regexp_match('llmmmfff', '^(l*)(.*)(f*)$'), regexp_match('llmmmfff', '^(l*?)(.*)(f*)$'), regexp_match('llmmmfff', '^(l*){1,1}?(.*){1,1}?(f*)$'), regexp_match('abb', '(?:a|(b)){2}'), regexp_match('foo/bar/baz', '([^/]*)(/.*)?'), regexp_match('ababab', '(ab)*?(ab)');
select 'abab' ~ '^(ab)\1$', 'abba' ~ '^(a|b)(a|b)\2\1$', 'xxx' ~ '(.){0}(\1)', 'abcdef' ~ '^(.)\1|\1.', 'aa' ~* '(a)\1', 'aA' ~* '^(a)\1$', 'aA' ~ '^(a)\1$', regexp_match('abcabc', '(abc|ab)(c?)\1'), 'a' ~ '()*\1'; select 'a' ~ '(\1)'; select 'a' ~ '\1'; select 'a' ~ 'x(\w)(?=\1)'; select 'a' ~ 'a)'; select 'a' ~ '(a'; select 'a' ~ '\x7fffffff'; select 'a' ~ 'a**'; select 'a' ~ '*a'; select 'a' ~ 'a{2,1}'; select 'a' ~ 'a{300}'; select 'a' ~ '[a'; select 'a' ~ '[[:nosuch:]]'; select 'a' ~ '(?z)a';
select 'AbC' ~ '(?i)abc', 'a.c' ~ '***=a.c', 'abc' ~ '***=a.c', E'a\nb' ~ '(?n)^b', E'a\nb' ~ '^b', E'a\nb' ~ '(?p)a.b', 'foo bar' ~ '\mbar\M', 'foobar' ~ '\ybar', 'ab' ~ '(?x) a  b # c', 'a1' ~ '^[[:alpha:]]\d$', 'é' ~ '^\w$', 'ab' ~ 'a(?=b)', 'ac' ~ 'a(?!b)', 'ab' ~ '(?<=a)b', 'ab' ~ '(?<!a)b', 'a]b' ~ 'a[]]b', 'a^' ~ '[\^]$', 'tab	x' ~ '\tx', regexp_match('abc', '(?:a)(?:b)(c)');
select regexp_split_to_table('a,b', ',', 'g'); select regexp_count('foobarfoo', 'foo|o'), regexp_instr('foobar', 'o|oob', 1, 1, 1), regexp_substr('foobar', 'o|ooba'), regexp_like('foo', 'F', 'i'), regexp_replace('abc', '(b)', '[\1\&\\]'), regexp_replace('aaa', 'a', 'b', 2), regexp_replace('aaa', 'a', 'b', 1, 2), regexp_replace('abcd', 'b*', 'x', 'g'); select regexp_match('a', 'a', 'g'); select regexp_match('a', 'a', 'z');
select 'abc' similar to '_b_', 'a]c' similar to 'a[]]c', 'a%c' similar to 'a[%]c', 'abc' similar to 'a[%]c', 'a^c' similar to 'a[^[:alpha:]]c', 'ab' similar to 'a(b|c)', 'a' similar to '[^^]', 'a.c' similar to 'a.c', 'abc' similar to 'a.c', 'a|c' similar to 'a#|c' escape '#', substring('abcdefg' similar 'a*#"%#"g*' escape '#'), substring('abcdefg' similar 'a#"%#"g' escape '#'), substring('abcdefg' similar 'a#"%#"x' escape '#'), substring('abcdefg' similar '#"(b_d|%)#"%' escape '#'); select 'a' similar to 'a' escape 'xy';
select 'a_c'::bytea like 'a$__'::bytea escape '$'::bytea, unistr('\0064at\+0000610'), unistr('a\\b'), unistr('\d83d\de00'), unistr('x'), unistr('\u0041\U00000042'); select unistr('\db99'); select unistr('\db99\0061'); select unistr('\+2FFFFF'); select unistr('\xyz'); select unistr('\0000'); create view pv as select 'a\b' x, 'it''s' y; select pg_get_viewdef('pv');
select repeat('a', 40) || '!' ~ '^(a+)+$', repeat('a', 500) ~ '^(a+)+$', repeat('a', 40) || '!' ~ '(a|a)*$', repeat('a', 41) || '!' ~ '^(a|aa)+$', repeat('x', 40) ~ '(x+x+)+y', regexp_replace(repeat('a', 50) || '!', '(a+)+$', 'x'), repeat('abc ', 60) ~ '^(\w+\s?)*$', repeat('a', 3000) ~ '^.*a.*a.*a.*b$', repeat('a', 3000) like '%a%a%a%a%b', repeat('ab', 2000) similar to '%a%a%b%c', regexp_count(repeat('foo,bar;', 100), '(foo|bar)+'), regexp_match(repeat('ab', 20) || 'c', '((a|ab)(b|c)*)+'), '😀ab' ~ '^.(a|ab)+$', regexp_match('x😀y', '(.)(😀|.)(.*)');

-- Under "C" letters, digits and cases are those of ASCII; names are under it.
SELECT lower('ÄB' COLLATE "C"), upper('äb'::name), initcap('äb cd'::name), 'Ä'::name ILIKE 'ä', 'Ä' COLLATE "C" ILIKE 'Ä';
SELECT 'ä' ~ ('\w' COLLATE "C"), 'Ä' ~* ('ä' COLLATE "C"), 'ÄB' COLLATE "POSIX" ~* 'äb', 'ÄB' COLLATE "POSIX" ~* 'Äb', 'ä' COLLATE "C" ~ '[[:alpha:]]', 'é' COLLATE "C" ~ '\W', 'a１' COLLATE "C" ~ '\d$';
SELECT 'AbC' COLLATE "C" ~* '[a-c]B[^c]', 'AbD' COLLATE "C" ~* '[a-c]B[^c]', 'K' COLLATE "C" ~* 'k', 'ſ' COLLATE "C" ~* 's', 'a.B' COLLATE "C" ~* '***=A.b';
SELECT regexp_replace('äb cd'::name, '\m\w', 'x', 'g'), regexp_match('ä x', '\y\w' COLLATE "C"), regexp_count('äöü' COLLATE "C", '\w'), regexp_count('äöü', '\w');
SELECT ('null'::text > ('utf8'::bpchar)::name), name('a%b_c'::text), 'foo.bar'::varchar::name ~~ E'foo%', ('b'::text::name)[0], ARRAY['a'::text::name];
CREATE TABLE names (a name, b text, c name[]);
INSERT INTO names VALUES ('Ä', 'b', '{x,y}'), ('a', 'B', '{q}');
SELECT *, a || b, lower(a), lower(b::name), upper(a::text), a < b, a = b::name, c[1] < a, array_to_string(c, ',') FROM names ORDER BY a, b::name;
SELECT a FROM names UNION SELECT b FROM names ORDER BY 1;
SELECT coalesce(a, b::name), greatest(a, b::name), pg_collation_for(a), pg_collation_for(a::text), pg_collation_for(b::name) FROM names ORDER BY 1;
DROP TABLE names;

-- Basic expressions.
SELECT * FROM regexp_matches('base64'::text, '(', 'b'::text);
select regexp_match('a(b)c','(b)','b'), regexp_match('abc','\(b\)','b'), regexp_match('abbbc','ab\{2,3\}c','b'), regexp_match('a*c','a*c','b'), regexp_match('*c','*c','b'), regexp_match('a^c','a^c','b'), regexp_match('abab','\(ab\)\1','b'), regexp_match('a+','a+','b'), regexp_match('aa','a+','b'), regexp_match('a|b','a|b','b'), regexp_match('a b','\<b\>','b'), regexp_match('a$b','a$b','b'),regexp_match('ab','b$','b');
select regexp_match('a\b','a[\]b','b'), regexp_match('w','\w','b'), regexp_match('a\b','a[\]b','e'), regexp_match('w','\w','e'), regexp_match('x','\w','e'), regexp_match('(?','\(\?','e'), regexp_match('aaa','a{2}','e'), regexp_match('a{','a{','e'), regexp_match('a{x','a{x','b'), regexp_match('ab','^\(a\|b\)','b');
select regexp_match('ab','a*?','e');
select regexp_match('ab','(?:a)','e');
select regexp_match('ab','a\','b');
select regexp_match('ab','a\','e');
select regexp_match('ab','a\{2','b');
select regexp_match('ab','\(a','b');
select regexp_match('ab','a\)','b');
select regexp_match('[a]','[]a]','b'), regexp_match(']','[]a]','e'), regexp_match('b','[^]a]','b'), regexp_match('ab','(?i)A','e');
select regexp_match('ab','(?i)A','b'), regexp_match('AB','ab','bi'), regexp_match('a.b','***=a.b','b'), regexp_match('ab','***:a.','b');
select regexp_match('a(b','a(b','qb'), regexp_match('a(b','a(b','bq'), regexp_match('ab','a.','q');
select 'x' ~ '[[:<:]]x[[:>:]]', regexp_match('x','[[:<:]]x[[:>:]]','b'), regexp_match('a*','a\*','b'), regexp_match('a-b','a[b-]b','b'), regexp_match('a1','a[[:digit:]]','b');
