/** Operators of bit strings, money, log positions and hardware addresses. */
import type { OperatorRecord } from '../records.ts'
import { operators } from './define.ts'

export const valueOperators: readonly OperatorRecord[] = operators(`
  1793 bit # bit bit 1675 1793 0 - bitwise exclusive or
  1791 bit & bit bit 1673 1791 0 - bitwise and
  1792 bit | bit bit 1674 1792 0 - bitwise or
  1795 bit << int4 bit 1677 0 0 - bitwise shift left
  1796 bit >> int4 bit 1678 0 0 - bitwise shift right
  845 float4 * money money 848 843 0 - multiply
  916 float8 * money money 919 908 0 - multiply
  918 int2 * money money 863 914 0 - multiply
  917 int4 * money money 862 912 0 - multiply
  3349 int8 * money money 3399 3346 0 - multiply
  3148 macaddr & macaddr macaddr 3145 0 0 - bitwise and
  3149 macaddr | macaddr macaddr 3146 0 0 - bitwise or
  3369 macaddr8 & macaddr8 macaddr8 4121 0 0 - bitwise and
  3370 macaddr8 | macaddr8 macaddr8 4122 0 0 - bitwise or
  843 money * float4 money 846 845 0 - multiply
  844 money / float4 money 847 0 0 - divide
  908 money * float8 money 896 916 0 - multiply
  909 money / float8 money 897 0 0 - divide
  914 money * int2 money 866 918 0 - multiply
  915 money / int2 money 867 0 0 - divide
  912 money * int4 money 864 917 0 - multiply
  913 money / int4 money 865 0 0 - divide
  3346 money * int8 money 3344 3349 0 - multiply
  3347 money / int8 money 3345 0 0 - divide
  906 money + money money 894 906 0 - add
  907 money - money money 895 0 0 - subtract
  3825 money / money float8 3822 0 0 - divide
  5026 numeric + pg_lsn pg_lsn 5023 5025 0 - add
  5025 pg_lsn + numeric pg_lsn 5022 5026 0 - add
  5027 pg_lsn - numeric pg_lsn 5024 0 0 - subtract
  3228 pg_lsn - pg_lsn numeric 3237 0 0 - subtract
  1797 varbit || varbit varbit 1679 0 0 - concatenate
  1794 ~ bit bit 1676 0 0 - bitwise not
  3147 ~ macaddr macaddr 3144 0 0 - bitwise not
  3368 ~ macaddr8 macaddr8 4120 0 0 - bitwise not
`)
