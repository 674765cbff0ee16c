/** Relations of information_schema about features that are not there: present, so that tools may ask, and always empty. */
import type { RelationObject } from '../../objects.ts'
import { informationTable, informationView } from '../relation.ts'

export const emptyInformationViews: readonly RelationObject[] = [
  informationTable(
    'sql_features',
    13391,
    'feature_id varchar, feature_name varchar, sub_feature_id varchar, sub_feature_name varchar, is_supported yes_or_no, is_verified_by varchar, comments varchar',
  ),
  informationTable(
    'sql_implementation_info',
    13396,
    'implementation_info_id varchar, implementation_info_name varchar, integer_value int4, character_value varchar, comments varchar',
  ),
  informationTable(
    'sql_parts',
    13401,
    'feature_id varchar, feature_name varchar, is_supported yes_or_no, is_verified_by varchar, comments varchar',
  ),
  informationTable('sql_sizing', 13406, 'sizing_id int4, sizing_name varchar, supported_value int4, comments varchar'),
  informationView(
    '_pg_foreign_data_wrappers',
    13507,
    'oid oid, fdwowner oid, fdwoptions _text, foreign_data_wrapper_catalog name, foreign_data_wrapper_name name, authorization_identifier name, foreign_data_wrapper_language varchar',
  ),
  informationView(
    '_pg_foreign_servers',
    13519,
    'oid oid, srvoptions _text, foreign_server_catalog name, foreign_server_name name, foreign_data_wrapper_catalog name, foreign_data_wrapper_name name, foreign_server_type varchar, foreign_server_version varchar, authorization_identifier name',
  ),
  informationView('_pg_foreign_table_columns', 13498, 'nspname name, relname name, attname name, attfdwoptions _text'),
  informationView(
    '_pg_foreign_tables',
    13532,
    'foreign_table_catalog name, foreign_table_schema name, foreign_table_name name, ftoptions _text, foreign_server_catalog name, foreign_server_name name, authorization_identifier name',
  ),
  informationView(
    '_pg_user_mappings',
    13545,
    'oid oid, umoptions _text, umuser oid, authorization_identifier name, foreign_server_catalog name, foreign_server_name name, srvowner name',
  ),
  informationView('administrable_role_authorizations', 13241, 'grantee name, role_name name, is_grantable yes_or_no'),
  informationView(
    'attributes',
    13245,
    'udt_catalog name, udt_schema name, udt_name name, attribute_name name, ordinal_position int4, attribute_default varchar, is_nullable yes_or_no, data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type varchar, interval_precision int4, attribute_udt_catalog name, attribute_udt_schema name, attribute_udt_name name, scope_catalog name, scope_schema name, scope_name name, maximum_cardinality int4, dtd_identifier name, is_derived_reference_attribute yes_or_no',
  ),
  informationView(
    'check_constraint_routine_usage',
    13255,
    'constraint_catalog name, constraint_schema name, constraint_name name, specific_catalog name, specific_schema name, specific_name name',
  ),
  informationView(
    'collation_character_set_applicability',
    13270,
    'collation_catalog name, collation_schema name, collation_name name, character_set_catalog name, character_set_schema name, character_set_name name',
  ),
  informationView(
    'column_column_usage',
    13275,
    'table_catalog name, table_schema name, table_name name, column_name name, dependent_column name',
  ),
  informationView(
    'column_domain_usage',
    13280,
    'domain_catalog name, domain_schema name, domain_name name, table_catalog name, table_schema name, table_name name, column_name name',
  ),
  informationView(
    'column_options',
    13503,
    'table_catalog name, table_schema name, table_name name, column_name name, option_name name, option_value varchar',
  ),
  informationView(
    'column_udt_usage',
    13290,
    'udt_catalog name, udt_schema name, udt_name name, table_catalog name, table_schema name, table_name name, column_name name',
  ),
  informationView(
    'data_type_privileges',
    13488,
    'object_catalog name, object_schema name, object_name name, object_type varchar, dtd_identifier name',
  ),
  informationView(
    'domain_constraints',
    13310,
    'constraint_catalog name, constraint_schema name, constraint_name name, domain_catalog name, domain_schema name, domain_name name, is_deferrable yes_or_no, initially_deferred yes_or_no',
  ),
  informationView(
    'domain_udt_usage',
    13315,
    'udt_catalog name, udt_schema name, udt_name name, domain_catalog name, domain_schema name, domain_name name',
  ),
  informationView(
    'foreign_data_wrapper_options',
    13511,
    'foreign_data_wrapper_catalog name, foreign_data_wrapper_name name, option_name name, option_value varchar',
  ),
  informationView(
    'foreign_data_wrappers',
    13515,
    'foreign_data_wrapper_catalog name, foreign_data_wrapper_name name, authorization_identifier name, library_name varchar, foreign_data_wrapper_language varchar',
  ),
  informationView(
    'foreign_server_options',
    13524,
    'foreign_server_catalog name, foreign_server_name name, option_name name, option_value varchar',
  ),
  informationView(
    'foreign_servers',
    13528,
    'foreign_server_catalog name, foreign_server_name name, foreign_data_wrapper_catalog name, foreign_data_wrapper_name name, foreign_server_type varchar, foreign_server_version varchar, authorization_identifier name',
  ),
  informationView(
    'foreign_table_options',
    13537,
    'foreign_table_catalog name, foreign_table_schema name, foreign_table_name name, option_name name, option_value varchar',
  ),
  informationView(
    'foreign_tables',
    13541,
    'foreign_table_catalog name, foreign_table_schema name, foreign_table_name name, foreign_server_catalog name, foreign_server_name name',
  ),
  informationView(
    'role_routine_grants',
    13358,
    'grantor name, grantee name, specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'role_udt_grants',
    13450,
    'grantor name, grantee name, udt_catalog name, udt_schema name, udt_name name, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'role_usage_grants',
    13459,
    'grantor name, grantee name, object_catalog name, object_schema name, object_name name, object_type varchar, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'routine_column_usage',
    13348,
    'specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, table_catalog name, table_schema name, table_name name, column_name name',
  ),
  informationView(
    'routine_privileges',
    13353,
    'grantor name, grantee name, specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'routine_routine_usage',
    13362,
    'specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name',
  ),
  informationView(
    'routine_sequence_usage',
    13367,
    'specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, sequence_catalog name, sequence_schema name, sequence_name name',
  ),
  informationView(
    'routine_table_usage',
    13372,
    'specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, table_catalog name, table_schema name, table_name name',
  ),
  informationView(
    'transforms',
    13430,
    'udt_catalog name, udt_schema name, udt_name name, specific_catalog name, specific_schema name, specific_name name, group_name name, transform_type varchar',
  ),
  informationView(
    'triggered_update_columns',
    13435,
    'trigger_catalog name, trigger_schema name, trigger_name name, event_object_catalog name, event_object_schema name, event_object_table name, event_object_column name',
  ),
  informationView(
    'triggers',
    13440,
    'trigger_catalog name, trigger_schema name, trigger_name name, event_manipulation varchar, event_object_catalog name, event_object_schema name, event_object_table name, action_order int4, action_condition varchar, action_statement varchar, action_orientation varchar, action_timing varchar, action_reference_old_table name, action_reference_new_table name, action_reference_old_row name, action_reference_new_row name, created timestamptz',
  ),
  informationView(
    'udt_privileges',
    13445,
    'grantor name, grantee name, udt_catalog name, udt_schema name, udt_name name, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'usage_privileges',
    13454,
    'grantor name, grantee name, object_catalog name, object_schema name, object_name name, object_type varchar, privilege_type varchar, is_grantable yes_or_no',
  ),
  informationView(
    'user_defined_types',
    13463,
    'user_defined_type_catalog name, user_defined_type_schema name, user_defined_type_name name, user_defined_type_category varchar, is_instantiable yes_or_no, is_final yes_or_no, ordering_form varchar, ordering_category varchar, ordering_routine_catalog name, ordering_routine_schema name, ordering_routine_name name, reference_type varchar, data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type varchar, interval_precision int4, source_dtd_identifier name, ref_dtd_identifier name',
  ),
  informationView(
    'user_mapping_options',
    13550,
    'authorization_identifier name, foreign_server_catalog name, foreign_server_name name, option_name name, option_value varchar',
  ),
  informationView(
    'user_mappings',
    13555,
    'authorization_identifier name, foreign_server_catalog name, foreign_server_name name',
  ),
  informationView(
    'view_routine_usage',
    13473,
    'table_catalog name, table_schema name, table_name name, specific_catalog name, specific_schema name, specific_name name',
  ),
  informationView(
    'routines',
    13377,
    'specific_catalog name, specific_schema name, specific_name name, routine_catalog name, routine_schema name, routine_name name, routine_type varchar, module_catalog name, module_schema name, module_name name, udt_catalog name, udt_schema name, udt_name name, data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type varchar, interval_precision int4, type_udt_catalog name, type_udt_schema name, type_udt_name name, scope_catalog name, scope_schema name, scope_name name, maximum_cardinality int4, dtd_identifier name, routine_body varchar, routine_definition varchar, external_name varchar, external_language varchar, parameter_style varchar, is_deterministic yes_or_no, sql_data_access varchar, is_null_call yes_or_no, sql_path varchar, schema_level_routine yes_or_no, max_dynamic_result_sets int4, is_user_defined_cast yes_or_no, is_implicitly_invocable yes_or_no, security_type varchar, to_sql_specific_catalog name, to_sql_specific_schema name, to_sql_specific_name name, as_locator yes_or_no, created timestamptz, last_altered timestamptz, new_savepoint_level yes_or_no, is_udt_dependent yes_or_no, result_cast_from_data_type varchar, result_cast_as_locator yes_or_no, result_cast_char_max_length int4, result_cast_char_octet_length int4, result_cast_char_set_catalog name, result_cast_char_set_schema name, result_cast_char_set_name name, result_cast_collation_catalog name, result_cast_collation_schema name, result_cast_collation_name name, result_cast_numeric_precision int4, result_cast_numeric_precision_radix int4, result_cast_numeric_scale int4, result_cast_datetime_precision int4, result_cast_interval_type varchar, result_cast_interval_precision int4, result_cast_type_udt_catalog name, result_cast_type_udt_schema name, result_cast_type_udt_name name, result_cast_scope_catalog name, result_cast_scope_schema name, result_cast_scope_name name, result_cast_maximum_cardinality int4, result_cast_dtd_identifier name',
  ),
  informationView(
    'parameters',
    13334,
    'specific_catalog name, specific_schema name, specific_name name, ordinal_position int4, parameter_mode varchar, is_result yes_or_no, as_locator yes_or_no, parameter_name name, data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type varchar, interval_precision int4, udt_catalog name, udt_schema name, udt_name name, scope_catalog name, scope_schema name, scope_name name, maximum_cardinality int4, dtd_identifier name, parameter_default varchar',
  ),
  informationView(
    'domains',
    13320,
    'domain_catalog name, domain_schema name, domain_name name, data_type varchar, character_maximum_length int4, character_octet_length int4, character_set_catalog name, character_set_schema name, character_set_name name, collation_catalog name, collation_schema name, collation_name name, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, datetime_precision int4, interval_type varchar, interval_precision int4, domain_default varchar, udt_catalog name, udt_schema name, udt_name name, scope_catalog name, scope_schema name, scope_name name, maximum_cardinality int4, dtd_identifier name',
  ),
  informationView(
    'view_table_usage',
    13478,
    'view_catalog name, view_schema name, view_name name, table_catalog name, table_schema name, table_name name',
  ),
  informationView(
    'view_column_usage',
    13468,
    'view_catalog name, view_schema name, view_name name, table_catalog name, table_schema name, table_name name, column_name name',
  ),
]
