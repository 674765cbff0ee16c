/** The TPC-H tables as a planning world: scale factor 1 by its row counts and key ranges. */
import { PlanningWorld, type TableSketch } from './support.ts'

const keys = (max: number, distinct = max) => ({ min: 1, max, nullFraction: 0, distinct })
const dates = { min: -2921, max: -517, nullFraction: 0, distinct: 2500 }
const few = (distinct: number) => ({ min: null, max: null, nullFraction: 0, distinct })

const TABLES: Readonly<Record<string, TableSketch>> = {
  region: {
    columns: 'r_regionkey int4 not null, r_name bpchar not null, r_comment varchar',
    rows: 5,
    indexes: ['primary r_regionkey'],
    summaries: { r_name: few(5) },
  },
  nation: {
    columns: 'n_nationkey int4 not null, n_name bpchar not null, n_regionkey int4 not null, n_comment varchar',
    rows: 25,
    indexes: ['primary n_nationkey'],
    summaries: { n_name: few(25), n_regionkey: keys(4, 5) },
  },
  supplier: {
    columns:
      's_suppkey int4 not null, s_name bpchar not null, s_address varchar not null, s_nationkey int4 not null, s_phone bpchar not null, s_acctbal numeric not null, s_comment varchar not null',
    rows: 10_000,
    indexes: ['primary s_suppkey', 's_nationkey'],
    summaries: { s_nationkey: keys(24, 25), s_suppkey: keys(10_000) },
  },
  part: {
    columns:
      'p_partkey int4 not null, p_name varchar not null, p_mfgr bpchar not null, p_brand bpchar not null, p_type varchar not null, p_size int4 not null, p_container bpchar not null, p_retailprice numeric not null, p_comment varchar not null',
    rows: 200_000,
    indexes: ['primary p_partkey'],
    summaries: { p_brand: few(25), p_type: few(150), p_size: keys(50), p_container: few(40), p_partkey: keys(200_000) },
  },
  partsupp: {
    columns:
      'ps_partkey int4 not null, ps_suppkey int4 not null, ps_availqty int4 not null, ps_supplycost numeric not null, ps_comment varchar not null',
    rows: 800_000,
    indexes: ['primary ps_partkey, ps_suppkey', 'ps_suppkey'],
    summaries: {
      ps_partkey: keys(200_000),
      ps_suppkey: keys(10_000),
      ps_availqty: keys(9999),
      ps_supplycost: few(99_000),
    },
  },
  customer: {
    columns:
      'c_custkey int4 not null, c_name varchar not null, c_address varchar not null, c_nationkey int4 not null, c_phone bpchar not null, c_acctbal numeric not null, c_mktsegment bpchar not null, c_comment varchar not null',
    rows: 150_000,
    indexes: ['primary c_custkey', 'c_nationkey'],
    summaries: { c_nationkey: keys(24, 25), c_mktsegment: few(5), c_custkey: keys(150_000) },
  },
  orders: {
    columns:
      'o_orderkey int4 not null, o_custkey int4 not null, o_orderstatus bpchar not null, o_totalprice numeric not null, o_orderdate date not null, o_orderpriority bpchar not null, o_clerk bpchar not null, o_shippriority int4 not null, o_comment varchar not null',
    rows: 1_500_000,
    indexes: ['primary o_orderkey', 'o_custkey', 'o_orderdate'],
    summaries: {
      o_orderkey: keys(6_000_000, 1_500_000),
      o_custkey: keys(150_000, 100_000),
      o_orderdate: dates,
      o_orderstatus: few(3),
      o_orderpriority: few(5),
    },
  },
  lineitem: {
    columns:
      'l_orderkey int4 not null, l_partkey int4 not null, l_suppkey int4 not null, l_linenumber int4 not null, l_quantity numeric not null, l_extendedprice numeric not null, l_discount numeric not null, l_tax numeric not null, l_returnflag bpchar not null, l_linestatus bpchar not null, l_shipdate date not null, l_commitdate date not null, l_receiptdate date not null, l_shipinstruct bpchar not null, l_shipmode bpchar not null, l_comment varchar not null',
    rows: 6_000_000,
    indexes: ['primary l_orderkey, l_linenumber', 'l_partkey, l_suppkey', 'l_shipdate'],
    summaries: {
      l_orderkey: keys(6_000_000, 1_500_000),
      l_partkey: keys(200_000),
      l_suppkey: keys(10_000),
      l_quantity: few(50),
      l_returnflag: few(3),
      l_linestatus: few(2),
      l_shipdate: dates,
      l_commitdate: dates,
      l_receiptdate: dates,
      l_shipmode: few(7),
      l_shipinstruct: few(4),
    },
  },
}

export const tpchWorld = (): PlanningWorld => new PlanningWorld(TABLES)
