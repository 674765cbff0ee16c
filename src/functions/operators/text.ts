/** Concatenation, patterns and character-wise comparison of strings. */
import type { OperatorRecord } from '../records.ts'
import { operator } from './define.ts'

export const textOperators: readonly OperatorRecord[] = [
  operator(639, 'name ~ text', 'bool', 79, 'matches regular expression', { negator: 640, selectivity: 'regexeqsel' }),
  operator(640, 'name !~ text', 'bool', 1252, 'does not match regular expression', {
    negator: 639,
    selectivity: 'regexnesel',
  }),
  operator(641, 'text ~ text', 'bool', 1254, 'matches regular expression', { negator: 642, selectivity: 'regexeqsel' }),
  operator(642, 'text !~ text', 'bool', 1256, 'does not match regular expression', {
    negator: 641,
    selectivity: 'regexnesel',
  }),
  operator(654, 'text || text', 'text', 1258, 'concatenate'),
  operator(1055, 'bpchar ~ text', 'bool', 1658, 'matches regular expression', {
    negator: 1056,
    selectivity: 'regexeqsel',
  }),
  operator(1056, 'bpchar !~ text', 'bool', 1659, 'does not match regular expression', {
    negator: 1055,
    selectivity: 'regexnesel',
  }),
  operator(1207, 'name ~~ text', 'bool', 858, 'matches LIKE pattern', { negator: 1208, selectivity: 'likesel' }),
  operator(1208, 'name !~~ text', 'bool', 859, 'does not match LIKE pattern', {
    negator: 1207,
    selectivity: 'nlikesel',
  }),
  operator(1209, 'text ~~ text', 'bool', 850, 'matches LIKE pattern', { negator: 1210, selectivity: 'likesel' }),
  operator(1210, 'text !~~ text', 'bool', 851, 'does not match LIKE pattern', {
    negator: 1209,
    selectivity: 'nlikesel',
  }),
  operator(1211, 'bpchar ~~ text', 'bool', 1631, 'matches LIKE pattern', { negator: 1212, selectivity: 'likesel' }),
  operator(1212, 'bpchar !~~ text', 'bool', 1632, 'does not match LIKE pattern', {
    negator: 1211,
    selectivity: 'nlikesel',
  }),
  operator(1226, 'name ~* text', 'bool', 1240, 'matches regular expression, case-insensitively', {
    negator: 1227,
    selectivity: 'icregexeqsel',
  }),
  operator(1227, 'name !~* text', 'bool', 1241, 'does not match regular expression, case-insensitively', {
    negator: 1226,
    selectivity: 'icregexnesel',
  }),
  operator(1228, 'text ~* text', 'bool', 1238, 'matches regular expression, case-insensitively', {
    negator: 1229,
    selectivity: 'icregexeqsel',
  }),
  operator(1229, 'text !~* text', 'bool', 1239, 'does not match regular expression, case-insensitively', {
    negator: 1228,
    selectivity: 'icregexnesel',
  }),
  operator(1234, 'bpchar ~* text', 'bool', 1656, 'matches regular expression, case-insensitively', {
    negator: 1235,
    selectivity: 'icregexeqsel',
  }),
  operator(1235, 'bpchar !~* text', 'bool', 1657, 'does not match regular expression, case-insensitively', {
    negator: 1234,
    selectivity: 'icregexnesel',
  }),
  operator(1625, 'name ~~* text', 'bool', 1635, 'matches LIKE pattern, case-insensitively', {
    negator: 1626,
    selectivity: 'iclikesel',
  }),
  operator(1626, 'name !~~* text', 'bool', 1636, 'does not match LIKE pattern, case-insensitively', {
    negator: 1625,
    selectivity: 'icnlikesel',
  }),
  operator(1627, 'text ~~* text', 'bool', 1633, 'matches LIKE pattern, case-insensitively', {
    negator: 1628,
    selectivity: 'iclikesel',
  }),
  operator(1628, 'text !~~* text', 'bool', 1634, 'does not match LIKE pattern, case-insensitively', {
    negator: 1627,
    selectivity: 'icnlikesel',
  }),
  operator(1629, 'bpchar ~~* text', 'bool', 1660, 'matches LIKE pattern, case-insensitively', {
    negator: 1630,
    selectivity: 'iclikesel',
  }),
  operator(1630, 'bpchar !~~* text', 'bool', 1661, 'does not match LIKE pattern, case-insensitively', {
    negator: 1629,
    selectivity: 'icnlikesel',
  }),
  operator(2016, 'bytea ~~ bytea', 'bool', 2005, 'matches LIKE pattern', { negator: 2017, selectivity: 'likesel' }),
  operator(2017, 'bytea !~~ bytea', 'bool', 2006, 'does not match LIKE pattern', {
    negator: 2016,
    selectivity: 'nlikesel',
  }),
  operator(2018, 'bytea || bytea', 'bytea', 2011, 'concatenate'),
  operator(2314, 'text ~<~ text', 'bool', 2160, 'less than, by characters', {
    commutator: 2318,
    negator: 2317,
    selectivity: 'scalarltsel',
  }),
  operator(2315, 'text ~<=~ text', 'bool', 2161, 'less than or equal, by characters', {
    commutator: 2317,
    negator: 2318,
    selectivity: 'scalarlesel',
  }),
  operator(2317, 'text ~>=~ text', 'bool', 2163, 'greater than or equal, by characters', {
    commutator: 2315,
    negator: 2314,
    selectivity: 'scalargesel',
  }),
  operator(2318, 'text ~>~ text', 'bool', 2164, 'greater than, by characters', {
    commutator: 2314,
    negator: 2315,
    selectivity: 'scalargtsel',
  }),
  operator(2326, 'bpchar ~<~ bpchar', 'bool', 2174, 'less than, by characters', {
    commutator: 2330,
    negator: 2329,
    selectivity: 'scalarltsel',
  }),
  operator(2327, 'bpchar ~<=~ bpchar', 'bool', 2175, 'less than or equal, by characters', {
    commutator: 2329,
    negator: 2330,
    selectivity: 'scalarlesel',
  }),
  operator(2329, 'bpchar ~>=~ bpchar', 'bool', 2177, 'greater than or equal, by characters', {
    commutator: 2327,
    negator: 2326,
    selectivity: 'scalargesel',
  }),
  operator(2330, 'bpchar ~>~ bpchar', 'bool', 2178, 'greater than, by characters', {
    commutator: 2326,
    negator: 2327,
    selectivity: 'scalargtsel',
  }),
  operator(2779, 'text || anynonarray', 'text', 2003, 'concatenate'),
  operator(2780, 'anynonarray || text', 'text', 2004, 'concatenate'),
  operator(3877, 'text ^@ text', 'bool', 3696, 'starts with', { selectivity: 'prefixsel' }),
]
