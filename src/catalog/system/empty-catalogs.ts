/** Catalog tables of features that are not there: present, so that tools may ask, and always empty. */
import type { RelationObject } from '../objects.ts'
import { catalogTable } from './relation.ts'

export const emptyCatalogs: readonly RelationObject[] = [
  catalogTable(
    'pg_conversion',
    2607,
    'oid oid!, conname name!, connamespace oid!, conowner oid!, conforencoding int4!, contoencoding int4!, conproc regproc!, condefault bool!',
  ),
  catalogTable(
    'pg_event_trigger',
    3466,
    'oid oid!, evtname name!, evtevent name!, evtowner oid!, evtfoid oid!, evtenabled char!, evttags _text',
  ),
  catalogTable(
    'pg_extension',
    3079,
    'oid oid!, extname name!, extowner oid!, extnamespace oid!, extrelocatable bool!, extversion text!, extconfig _oid, extcondition _text',
  ),
  catalogTable(
    'pg_foreign_data_wrapper',
    2328,
    'oid oid!, fdwname name!, fdwowner oid!, fdwhandler oid!, fdwvalidator oid!, fdwacl _aclitem, fdwoptions _text',
  ),
  catalogTable(
    'pg_foreign_server',
    1417,
    'oid oid!, srvname name!, srvowner oid!, srvfdw oid!, srvtype text, srvversion text, srvacl _aclitem, srvoptions _text',
  ),
  catalogTable('pg_foreign_table', 3118, 'ftrelid oid!, ftserver oid!, ftoptions _text'),
  catalogTable('pg_largeobject', 2613, 'loid oid!, pageno int4!, data bytea!'),
  catalogTable('pg_largeobject_metadata', 2995, 'oid oid!, lomowner oid!, lomacl _aclitem'),
  catalogTable('pg_parameter_acl', 6243, 'oid oid!, parname text!, paracl _aclitem'),
  catalogTable(
    'pg_publication',
    6104,
    'oid oid!, pubname name!, pubowner oid!, puballtables bool!, pubinsert bool!, pubupdate bool!, pubdelete bool!, pubtruncate bool!, pubviaroot bool!',
  ),
  catalogTable('pg_publication_namespace', 6237, 'oid oid!, pnpubid oid!, pnnspid oid!'),
  catalogTable(
    'pg_publication_rel',
    6106,
    'oid oid!, prpubid oid!, prrelid oid!, prqual pg_node_tree, prattrs int2vector',
  ),
  catalogTable('pg_replication_origin', 6000, 'roident oid!, roname text!'),
  catalogTable('pg_seclabel', 3596, 'objoid oid!, classoid oid!, objsubid int4!, provider text!, label text!'),
  catalogTable('pg_shseclabel', 3592, 'objoid oid!, classoid oid!, provider text!, label text!'),
  catalogTable(
    'pg_statistic',
    2619,
    'starelid oid!, staattnum int2!, stainherit bool!, stanullfrac float4!, stawidth int4!, stadistinct float4!, stakind1 int2!, stakind2 int2!, stakind3 int2!, stakind4 int2!, stakind5 int2!, staop1 oid!, staop2 oid!, staop3 oid!, staop4 oid!, staop5 oid!, stacoll1 oid!, stacoll2 oid!, stacoll3 oid!, stacoll4 oid!, stacoll5 oid!, stanumbers1 _float4, stanumbers2 _float4, stanumbers3 _float4, stanumbers4 _float4, stanumbers5 _float4, stavalues1 anyarray, stavalues2 anyarray, stavalues3 anyarray, stavalues4 anyarray, stavalues5 anyarray',
  ),
  catalogTable(
    'pg_statistic_ext',
    3381,
    'oid oid!, stxrelid oid!, stxname name!, stxnamespace oid!, stxowner oid!, stxstattarget int4!, stxkeys int2vector!, stxkind _char!, stxexprs pg_node_tree',
  ),
  catalogTable(
    'pg_statistic_ext_data',
    3429,
    'stxoid oid!, stxdinherit bool!, stxdndistinct pg_ndistinct, stxddependencies pg_dependencies, stxdmcv pg_mcv_list, stxdexpr _pg_statistic',
  ),
  catalogTable(
    'pg_subscription',
    6100,
    'oid oid!, subdbid oid!, subskiplsn pg_lsn!, subname name!, subowner oid!, subenabled bool!, subbinary bool!, substream bool!, subtwophasestate char!, subdisableonerr bool!, subconninfo text!, subslotname name, subsynccommit text!, subpublications _text!',
  ),
  catalogTable('pg_subscription_rel', 6102, 'srsubid oid!, srrelid oid!, srsubstate char!, srsublsn pg_lsn'),
  catalogTable('pg_transform', 3576, 'oid oid!, trftype oid!, trflang oid!, trffromsql regproc!, trftosql regproc!'),
  catalogTable('pg_user_mapping', 1418, 'oid oid!, umuser oid!, umserver oid!, umoptions _text'),
  catalogTable(
    'pg_trigger',
    2620,
    'oid oid!, tgrelid oid!, tgparentid oid!, tgname name!, tgfoid oid!, tgtype int2!, tgenabled char!, tgisinternal bool!, tgconstrrelid oid!, tgconstrindid oid!, tgconstraint oid!, tgdeferrable bool!, tginitdeferred bool!, tgnargs int2!, tgattr int2vector!, tgargs bytea!, tgqual pg_node_tree, tgoldtable name, tgnewtable name',
  ),
]
