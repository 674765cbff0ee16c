/** The relations of pg_catalog and information_schema, listed from the files that define them. */
import type { RelationObject } from '../objects.ts'
import { accessMethodRelations } from './access-methods.ts'
import { descriptionRelations } from './descriptions.ts'
import { emptyCatalogs } from './empty-catalogs.ts'
import { emptyViews } from './empty-views.ts'
import { constraintInformation } from './information-schema/constraints.ts'
import { emptyInformationViews } from './information-schema/empty-views.ts'
import { privilegeInformation } from './information-schema/privileges.ts'
import { schemaInformation } from './information-schema/schemata.ts'
import { tableInformation } from './information-schema/tables.ts'
import { pgAggregate } from './pg-aggregate.ts'
import { pgAttrdef } from './pg-attrdef.ts'
import { pgAttribute } from './pg-attribute.ts'
import { pgCast } from './pg-cast.ts'
import { pgClass } from './pg-class.ts'
import { pgCollation } from './pg-collation.ts'
import { pgConstraint } from './pg-constraint.ts'
import { pgDatabase, pgTablespace } from './pg-database.ts'
import { pgDepend } from './pg-depend.ts'
import { pgEnum } from './pg-enum.ts'
import { pgIndex } from './pg-index.ts'
import { inheritanceRelations } from './pg-inherits.ts'
import { defaultPrivilegeRelations } from './pg-default-acl.ts'
import { pgInitPrivs } from './pg-init-privs.ts'
import { pgLanguage } from './pg-language.ts'
import { pgNamespace } from './pg-namespace.ts'
import { pgOperator } from './pg-operator.ts'
import { pgProc } from './pg-proc.ts'
import { policyRelations } from './pg-policy.ts'
import { pgRange } from './pg-range.ts'
import { pgRewrite } from './pg-rewrite.ts'
import { tableViews } from './pg-tables.ts'
import { pgType } from './pg-type.ts'
import { roleRelations } from './roles.ts'
import { sequenceRelations } from './sequences.ts'
import { sessionViews } from './session-views.ts'
import { statisticsViews } from './statistics-views.ts'
import { textSearchRelations } from './text-search.ts'
import { timeZoneViews } from './time-zones.ts'

export { INFORMATION_SCHEMA } from './relation.ts'

export const systemRelations = (): RelationObject[] => [
  pgNamespace,
  pgClass,
  pgAttribute,
  pgType,
  pgEnum,
  pgRange,
  pgIndex,
  pgAttrdef,
  pgConstraint,
  pgProc,
  pgAggregate,
  pgOperator,
  pgCast,
  pgLanguage,
  pgCollation,
  pgRewrite,
  ...inheritanceRelations,
  pgDepend,
  pgInitPrivs,
  ...defaultPrivilegeRelations,
  ...policyRelations,
  pgDatabase,
  pgTablespace,
  ...roleRelations,
  ...accessMethodRelations,
  ...descriptionRelations,
  ...sequenceRelations,
  ...tableViews,
  ...sessionViews,
  ...statisticsViews,
  ...timeZoneViews,
  ...textSearchRelations,
  ...emptyCatalogs,
  ...emptyViews,
  ...schemaInformation,
  ...tableInformation,
  ...constraintInformation,
  ...privilegeInformation,
  ...emptyInformationViews,
]
