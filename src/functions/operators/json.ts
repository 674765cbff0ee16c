/** Access, containment and editing of json and jsonb. */
import type { OperatorRecord } from '../records.ts'
import { operator } from './define.ts'

export const jsonOperators: readonly OperatorRecord[] = [
  operator(3206, 'jsonb #>> text[]', 'text', 3940, 'value at a path as text'),
  operator(3211, 'jsonb -> text', 'jsonb', 3478, 'member or element'),
  operator(3212, 'jsonb -> int4', 'jsonb', 3215, 'member or element'),
  operator(3213, 'jsonb #> text[]', 'jsonb', 3217, 'value at a path'),
  operator(3246, 'jsonb @> jsonb', 'bool', 4046, 'contains', { commutator: 3250, selectivity: 'matchingsel' }),
  operator(3247, 'jsonb ? text', 'bool', 4047, 'has the key', { selectivity: 'matchingsel' }),
  operator(3248, 'jsonb ?| text[]', 'bool', 4048, 'has any of the keys', { selectivity: 'matchingsel' }),
  operator(3249, 'jsonb ?& text[]', 'bool', 4049, 'has all of the keys', { selectivity: 'matchingsel' }),
  operator(3250, 'jsonb <@ jsonb', 'bool', 4050, 'is contained by', { commutator: 3246, selectivity: 'matchingsel' }),
  operator(3284, 'jsonb || jsonb', 'jsonb', 3301, 'concatenate'),
  operator(3285, 'jsonb - text', 'jsonb', 3302, 'delete a key or element'),
  operator(3286, 'jsonb - int4', 'jsonb', 3303, 'delete a key or element'),
  operator(3287, 'jsonb #- text[]', 'jsonb', 3304, 'delete at a path'),
  operator(3398, 'jsonb - text[]', 'jsonb', 3343, 'delete a key or element'),
  operator(3477, 'jsonb ->> text', 'text', 3214, 'member or element as text'),
  operator(3481, 'jsonb ->> int4', 'text', 3216, 'member or element as text'),
  operator(4012, 'jsonb @? jsonpath', 'bool', 4010, 'path finds anything', { selectivity: 'matchingsel' }),
  operator(4013, 'jsonb @@ jsonpath', 'bool', 4011, 'path finds true', { selectivity: 'matchingsel' }),
  operator(3962, 'json -> text', 'json', 3947, 'member or element'),
  operator(3963, 'json ->> text', 'text', 3948, 'member or element as text'),
  operator(3964, 'json -> int4', 'json', 3949, 'member or element'),
  operator(3965, 'json ->> int4', 'text', 3950, 'member or element as text'),
  operator(3966, 'json #> text[]', 'json', 3951, 'value at a path'),
  operator(3967, 'json #>> text[]', 'text', 3953, 'value at a path as text'),
]
