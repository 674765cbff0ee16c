/** Why functions of PostgreSQL are not here, by their names: the first pattern that fits. */

const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^binary_upgrade_|^pg_stop_making_pinned/, 'Serves pg_upgrade and initdb.'],
  [/^lo_|^lo(read|write)$/, 'Large objects are not there.'],
  [
    /wal|replication|logical|standby|recovery|backup|promote|slot|subscription|publication|xact_commit_timestamp|last_committed|^pg_create_restore_point|pg_last_|^pg_control_/,
    'There is no write-ahead log to look into or to ship: LevelDB keeps its own.',
  ],
  [/^pg_stat|_progress_/, 'What is counted is read through the statistics views.'],
  [/event_trigger|_validator$|^plpgsql/, 'Procedural languages and event triggers are not there.'],
  [
    /^(brin|gin|gist|spg)|equalimage$|^amvalidate$|^satisfies_hash|^pg_indexam/,
    'Serves index access methods or partitions inside the server.',
  ],
  [
    /_accum(_inv)?$|_combine$|_transfn$|^int8(inc|dec)|^int\d_(sum|avg)|_statefunc$|^(float8|int8|interval|int2int4)_(avg|sum|var_\w+|stddev_\w+|regr_\w+|covar_\w+|corr)$/,
    'A step of an aggregate, which here is no function of its own.',
  ],
  [/hash.*extended$|_hash_extended$/, 'A seeded hash, as partitioning by hash and hash joins use it inside.'],
  [/^hash|_hash$/, 'A hash function of an operator class.'],
  [
    /^(xpath|xml|(table|query|cursor|schema|database)_to_xml)/,
    'Of xml, what does not need a whole XML library is there.',
  ],
  [/^(acl|makeacl|hash_acl)/, 'Privileges are not kept as access control lists yet.'],
  [
    /^pg_(ls_|read_|stat_file|current_logfile|rotate_logfile|hba_file|ident_file|show_all_file|config|file_)/,
    'Files of the server are not for its clients.',
  ],
  [
    /^pg_(identify_object|get_object_address|describe_object|import_system_collations)/,
    'Addresses of catalog objects are not made yet.',
  ],
]

export const reasonFor = (name: string): string =>
  REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? 'Not there yet.'
