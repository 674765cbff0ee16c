/** Functions that tell nothing of their arguments but by what they answer: no messages, no errors (pg_proc.proleakproof). */

/** OIDs, and ranges of them. */
const LEAKPROOF = `
  56-57 60-70 72-74 84 144-151 157-169 184-185 235-236 240-253 287-311 313 316 318 350-351 354-356 358-360 377
  404 406-407 409 458-459 467-472 474-479 481-482 619 652 655-659 677-681 716-717 740-743 754 830-836 842
  852-857 888-893 920-926 999 1048-1053 1063-1064 1078 1086-1092 1102-1107 1145 1152-1157 1162-1167 1246 1265
  1288 1292 1314-1315 1319 1352-1358 1370 1400-1401 1462-1467 1482-1486 1581-1582 1592-1596 1638-1639 1666-1672
  1691-1693 1740 1742-1743 1781-1782 1850-1861 1948-1954 2045 2052-2057 2160-2161 2163-2164 2166 2174-2175
  2177-2178 2180 2188-2195 2311 2321 2557-2558 2790-2794 2954-2960 3231-3236 3251 3308-3309 3419-3422 3432 3696
  4113-4119 4123 5034-5037 5084-5085 5096`

const oids: ReadonlySet<number> = new Set(
  LEAKPROOF.trim()
    .split(/\s+/)
    .flatMap((text) => {
      const [first = 0, last = first] = text.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    }),
)

export const isLeakproofFunction = (oid: number): boolean => oids.has(oid)
