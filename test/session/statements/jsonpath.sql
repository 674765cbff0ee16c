-- Paths as text: precedence, brackets, escapes
SELECT p::jsonpath FROM (VALUES ('$'), ('strict $.store.book[*].price'), ('lax $.a.b[0, 2 to last]'), ('$.**{2 to last}.leaf'), ('$.**{3}.x'),
  ('$.items ? (@.price * 2 > 10 + $limit && !(@.sold == true))'), ('$ ? (exists (@.tags ? (@ starts with "n")))'),
  ('($.x + 1) * -$.y % 3'), ('-(-4.50).abs()'), ('"tab\tquote\"" == $."odd key"'), ('$.v ? ((@ > 1) is unknown).type()'),
  ('$.s ? (@ like_regex "^a.*z$" flag "im")'), ('1e3 + .5 - 7.'), ('$.when.datetime("yyyy-mm-dd").keyvalue()'), ('$."\u00e9\x41"')) AS t(p);
SELECT '$.'::jsonpath;
SELECT '$.a['::jsonpath;
SELECT '12abc.d'::jsonpath;
SELECT '3x'::jsonpath;
SELECT '@.a'::jsonpath;
SELECT '$ ? (last > 1)'::jsonpath;
SELECT '$.a ? (@.b)'::jsonpath;
SELECT '"open'::jsonpath;
SELECT '$ ? (@ like_regex "[")'::jsonpath;
SELECT '$ ? (@ like_regex "a" flag "k")'::jsonpath;
SELECT ' '::jsonpath;

CREATE TABLE shops (id int, doc jsonb);
INSERT INTO shops VALUES
  (1, '{"name": "North", "stock": [{"item": "pen", "qty": 12, "price": 1.5}, {"item": "ink", "qty": 0, "price": 8}], "open": "2024-02-29"}'),
  (2, '{"name": "South", "stock": [], "open": "2023-11-05T09:30:00+02:00", "nested": {"a": [[1, 2], [3, {"b": null}]]}}'),
  (3, '[1, "two", null, true, {"stock": {"item": "cap", "qty": 3, "price": 20}}]'),
  (4, '"just text"');
SELECT id, jsonb_path_query(doc, '$.stock[*] ? (@.qty > 0).item') FROM shops ORDER BY id;
SELECT id, jsonb_path_query_array(doc, '$.**.price') FROM shops ORDER BY id;
SELECT id, jsonb_path_query_first(doc, '$[*].type()') FROM shops ORDER BY id;
SELECT id, jsonb_path_exists(doc, '$.stock.item'), doc @? '$.stock[*] ? (@.price > 5)', doc @@ '$.stock.size() == 0' FROM shops ORDER BY id;
SELECT id, jsonb_path_match(doc, 'exists ($.stock[*] ? (@.qty == $n))', '{"n": 0}', silent => true) FROM shops ORDER BY id;
SELECT id, jsonb_path_query(doc, 'strict $.stock[*].item', '{}', true) FROM shops ORDER BY id;
SELECT jsonb_path_query(doc, 'strict $.stock[5]') FROM shops WHERE id = 1;
SELECT jsonb_path_query(doc, 'strict $.missing') FROM shops WHERE id = 1;
SELECT jsonb_path_query(doc, 'strict $.name') FROM shops WHERE id = 3;
SELECT jsonb_path_query(doc, 'strict $.name[*]') FROM shops WHERE id = 1;
SELECT jsonb_path_query(doc, '$.name.double()') FROM shops WHERE id = 1;
SELECT jsonb_path_query(doc, '$.stock + 1') FROM shops WHERE id = 1;
SELECT jsonb_path_query(doc, '$.stock[0].qty / 0') FROM shops WHERE id = 1;
SELECT jsonb_path_query_array(doc, '$.stock[0].qty / 5') FROM shops WHERE id = 1;
SELECT jsonb_path_query_array(doc, '$.**.keyvalue()') FROM shops WHERE id < 3 ORDER BY id;
SELECT jsonb_path_query(doc, '$.keyvalue()') FROM shops WHERE id = 4;
SELECT jsonb_path_query_array(doc, '$.nested.a[*][last]'), jsonb_path_query_array(doc, '$.nested.**{last}') FROM shops WHERE id = 2;
SELECT id, jsonb_path_query(doc, '$.open.datetime().type()') FROM shops ORDER BY id;
SELECT id, jsonb_path_query(doc, '$.open.datetime() < "2024-01-01".datetime()') FROM shops WHERE id = 2;
SET TIME ZONE 'Europe/Paris';
SELECT id, jsonb_path_query_tz(doc, '$.open.datetime() < "2024-01-01".datetime()') FROM shops ORDER BY id;
SELECT jsonb_path_query('["10:15", "23:59:30"]', '$[*].datetime("HH24:MI:SS")', silent => true);
SELECT jsonb_path_query('"03/12/24 10.15 +05:30"', '$.datetime("DD/MM/YY HH24.MI TZH:TZM")');
SELECT jsonb_path_query('"soon"', '$.datetime()');
SELECT jsonb_path_query('"2024-05-06 trailing"', '$.datetime("yyyy-mm-dd")');
SELECT jsonb_path_query('[1, 2, 3]', '$[*] ? (@ > $min && @ < $max)', '{"min": 1, "max": 3}');
SELECT jsonb_path_query('1', '$unknown');
SELECT jsonb_path_query('1', '$', '[]');
SELECT jsonb_path_query_array('["aBc", "abd", "x\nabc"]', '$[*] ? (@ like_regex "^AB" flag "i")'),
       jsonb_path_query_array('["a.c", "abc"]', '$[*] ? (@ like_regex "a.c" flag "q")'),
       jsonb_path_query_array('["x\nabc", "abc"]', '$[*] ? (@ like_regex "^abc$" flag "m")');
SELECT jsonb_path_query_array('[null, 1, "1", true, [1], {}]', '$[*] ? (@ == 1)'),
       jsonb_path_query_array('[null, 1, "1", true]', '$[*] ? (@ != 1)'),
       jsonb_path_query_array('[null, 1, "1", true]', '$[*] ? ((@ < "2") is unknown)');
DROP TABLE shops;
