/** Text search: pg_ts_config, pg_ts_config_map, pg_ts_dict, pg_ts_parser, pg_ts_template. */
import { PG_CATALOG } from '../../types/oids.ts'
import { DEFAULT_PARSER } from '../../functions/set-returning/text-search.ts'
import { configurations, dictionaries } from '../../functions/text-search/configurations.ts'
import { BOOTSTRAP_SUPERUSER } from '../snapshot.ts'
import { internalFunctionOid } from './data/internal-functions.ts'
import { catalogTable } from './relation.ts'

const pgTsConfig = catalogTable(
  'pg_ts_config',
  3602,
  'oid oid!, cfgname name!, cfgnamespace oid!, cfgowner oid!, cfgparser oid!',
  () =>
    configurations.map(({ oid, name }) => ({
      oid,
      cfgname: name,
      cfgnamespace: PG_CATALOG,
      cfgowner: BOOTSTRAP_SUPERUSER,
      cfgparser: DEFAULT_PARSER,
    })),
)

const pgTsConfigMap = catalogTable(
  'pg_ts_config_map',
  3603,
  'mapcfg oid!, maptokentype int4!, mapseqno int4!, mapdict oid!',
  () =>
    configurations.flatMap((configuration) =>
      Array.from(configuration.dictionaries, ([type, dictionary]) => ({
        mapcfg: configuration.oid,
        maptokentype: type,
        mapseqno: 1,
        mapdict: dictionary.oid,
      })),
    ),
)

const pgTsDict = catalogTable(
  'pg_ts_dict',
  3600,
  'oid oid!, dictname name!, dictnamespace oid!, dictowner oid!, dicttemplate oid!, dictinitoption text',
  () =>
    dictionaries.map(({ oid, name, template, options }) => ({
      oid,
      dictname: name,
      dictnamespace: PG_CATALOG,
      dictowner: BOOTSTRAP_SUPERUSER,
      dicttemplate: template,
      dictinitoption: options,
    })),
)

const pgTsParser = catalogTable(
  'pg_ts_parser',
  3601,
  'oid oid!, prsname name!, prsnamespace oid!, prsstart regproc!, prstoken regproc!, prsend regproc!, prsheadline regproc!, prslextype regproc!',
  () => [
    {
      oid: DEFAULT_PARSER,
      prsname: 'default',
      prsnamespace: PG_CATALOG,
      prsstart: internalFunctionOid('prsd_start'),
      prstoken: internalFunctionOid('prsd_nexttoken'),
      prsend: internalFunctionOid('prsd_end'),
      prsheadline: internalFunctionOid('prsd_headline'),
      prslextype: internalFunctionOid('prsd_lextype'),
    },
  ],
)

/** Templates of the dictionaries that there are. */
const TEMPLATES = [
  { oid: 3727, name: 'simple', init: 'dsimple_init', lexize: 'dsimple_lexize' },
  { oid: 13150, name: 'snowball', init: 'dsnowball_init', lexize: 'dsnowball_lexize' },
]

const pgTsTemplate = catalogTable(
  'pg_ts_template',
  3764,
  'oid oid!, tmplname name!, tmplnamespace oid!, tmplinit regproc!, tmpllexize regproc!',
  () =>
    TEMPLATES.map(({ oid, name, init, lexize }) => ({
      oid,
      tmplname: name,
      tmplnamespace: PG_CATALOG,
      tmplinit: internalFunctionOid(init),
      tmpllexize: internalFunctionOid(lexize),
    })),
)

export const textSearchRelations = [pgTsConfig, pgTsConfigMap, pgTsDict, pgTsParser, pgTsTemplate]
