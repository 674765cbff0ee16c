/** Operators of the geometric types. */
import type { OperatorRecord } from '../records.ts'
import { operators } from './define.ts'

export const geometricOperators: readonly OperatorRecord[] = operators(`
  803 box # box box 980 0 0 - box intersection
  500 box && box bool 125 500 0 areasel overlaps
  494 box &< box bool 189 0 0 positionsel overlaps or is left of
  2571 box &<| box bool 2563 0 0 positionsel overlaps or is below
  495 box &> box bool 190 0 0 positionsel overlaps or is right of
  504 box < box bool 129 502 501 areasel less than by area
  706 box <-> box float8 978 706 0 - distance between
  493 box << box bool 188 0 0 positionsel is left of
  2570 box <<| box bool 2562 0 0 positionsel is below
  505 box <= box bool 130 501 502 areasel less than or equal by area
  497 box <@ box bool 192 498 0 contsel is contained by
  801 box <^ box bool 116 0 0 positionsel is below or touches
  503 box = box bool 128 503 0 eqsel equal by area
  502 box > box bool 127 504 505 areasel greater than by area
  501 box >= box bool 126 505 504 areasel greater than or equal by area
  496 box >> box bool 191 0 0 positionsel is right of
  800 box >^ box bool 115 0 0 positionsel is above or touches
  802 box ?# box bool 125 0 0 areasel as the newer symbol says
  498 box @> box bool 187 497 0 contsel contains
  2572 box |&> box bool 2564 0 0 positionsel overlaps or is above
  2573 box |>> box bool 2565 0 0 positionsel is above
  499 box ~= box bool 186 499 0 eqsel same as
  763 box <-> lseg float8 381 617 0 - distance between
  806 box * point box 1424 0 0 - multiply
  804 box + point box 1422 0 0 - add
  805 box - point box 1423 0 0 - subtract
  807 box / point box 1425 0 0 - divide
  606 box <-> point float8 357 615 0 - distance between
  433 box @> point bool 193 511 0 contsel contains
  1513 circle && circle bool 1459 1513 0 areasel overlaps
  1507 circle &< circle bool 1455 0 0 positionsel overlaps or is left of
  2589 circle &<| circle bool 2587 0 0 positionsel overlaps or is below
  1508 circle &> circle bool 1456 0 0 positionsel overlaps or is right of
  1502 circle < circle bool 1464 1503 1505 areasel less than by area
  1520 circle <-> circle float8 1471 1520 0 - distance between
  1506 circle << circle bool 1454 0 0 positionsel is left of
  1515 circle <<| circle bool 1460 0 0 positionsel is below
  1504 circle <= circle bool 1466 1505 1503 areasel less than or equal by area
  1501 circle <> circle bool 1463 1501 1500 neqsel not equal by area
  1510 circle <@ circle bool 1458 1511 0 contsel is contained by
  1500 circle = circle bool 1462 1500 1501 eqsel equal by area
  1503 circle > circle bool 1465 1502 1504 areasel greater than by area
  1505 circle >= circle bool 1467 1504 1502 areasel greater than or equal by area
  1509 circle >> circle bool 1457 0 0 positionsel is right of
  1511 circle @> circle bool 1453 1510 0 contsel contains
  2590 circle |&> circle bool 2588 0 0 positionsel overlaps or is above
  1514 circle |>> circle bool 1461 0 0 positionsel is above
  1512 circle ~= circle bool 1452 1512 0 eqsel same as
  1518 circle * point circle 1148 0 0 - multiply
  1516 circle + point circle 1146 0 0 - add
  1517 circle - point circle 1147 0 0 - subtract
  1519 circle / point circle 1149 0 0 - divide
  3291 circle <-> point float8 3290 1522 0 - distance between
  759 circle @> point bool 1477 758 0 contsel contains
  1523 circle <-> polygon float8 728 1383 0 - distance between
  1539 line ?# box bool 278 0 0 - intersect
  1617 line # line point 1494 1617 0 - intersection point
  708 line <-> line float8 239 708 0 - distance between
  1616 line = line bool 1492 1616 0 eqsel equal
  1611 line ?# line bool 1495 1611 0 - intersect
  1613 line ?-| line bool 1497 1613 0 - perpendicular
  1612 line ?|| line bool 1496 1612 0 - parallel
  1577 line ## lseg point 1488 0 0 - closest point of the second
  762 line <-> lseg float8 704 616 0 - distance between
  760 line <-> point float8 702 613 0 - distance between
  1567 lseg ## box point 368 0 0 - closest point of the second
  617 lseg <-> box float8 365 763 0 - distance between
  1549 lseg <@ box bool 372 0 0 - is contained by
  1538 lseg ?# box bool 373 0 0 - intersect
  616 lseg <-> line float8 727 762 0 - distance between
  1548 lseg <@ line bool 960 0 0 - is contained by
  1537 lseg ?# line bool 277 0 0 - intersect
  1536 lseg # lseg point 362 1536 0 - intersection point
  1578 lseg ## lseg point 1489 0 0 - closest point of the second
  1587 lseg < lseg bool 1483 1589 1590 - less than by length
  709 lseg <-> lseg float8 361 709 0 - distance between
  1588 lseg <= lseg bool 1484 1590 1589 - less than or equal by length
  1586 lseg <> lseg bool 1482 1586 1535 neqsel not equal
  1535 lseg = lseg bool 999 1535 1586 eqsel equal
  1589 lseg > lseg bool 1485 1587 1588 - greater than by length
  1590 lseg >= lseg bool 1486 1588 1587 - greater than or equal by length
  1525 lseg ?# lseg bool 994 1525 0 - intersect
  1527 lseg ?-| lseg bool 996 1527 0 - perpendicular
  1526 lseg ?|| lseg bool 995 1526 0 - parallel
  761 lseg <-> point float8 380 614 0 - distance between
  735 path + path path 1435 735 0 - concatenate
  793 path < path bool 982 794 0 - less than
  707 path <-> path float8 370 707 0 - distance between
  795 path <= path bool 985 796 0 - less than or equal
  792 path = path bool 984 792 0 eqsel equal
  794 path > path bool 983 793 0 - greater than
  796 path >= path bool 986 795 0 - greater than or equal
  798 path ?# path bool 973 0 0 - intersect
  738 path * point path 1438 0 0 - multiply
  736 path + point path 1436 0 0 - add
  737 path - point path 1437 0 0 - subtract
  739 path / point path 1439 0 0 - divide
  784 path <-> point float8 421 618 0 - distance between
  755 path @> point bool 1426 512 0 - contains
  1559 point ## box point 367 0 0 - closest point of the second
  615 point <-> box float8 364 606 0 - distance between
  511 point <@ box bool 136 433 0 contsel is contained by
  1522 point <-> circle float8 1476 3291 0 - distance between
  758 point <@ circle bool 1478 759 0 contsel is contained by
  1557 point ## line point 961 0 0 - closest point of the second
  613 point <-> line float8 725 760 0 - distance between
  1546 point <@ line bool 959 0 0 - is contained by
  1558 point ## lseg point 366 0 0 - closest point of the second
  614 point <-> lseg float8 363 761 0 - distance between
  1547 point <@ lseg bool 369 0 0 - is contained by
  618 point <-> path float8 371 784 0 - distance between
  512 point <@ path bool 137 755 0 - is contained by
  733 point * point point 1443 733 0 - multiply
  731 point + point point 1441 731 0 - add
  732 point - point point 1442 0 0 - subtract
  734 point / point point 1444 0 0 - divide
  517 point <-> point float8 991 517 0 - distance between
  507 point << point bool 132 0 0 positionsel is left of
  4162 point <<| point bool 134 0 0 positionsel is below
  713 point <> point bool 988 713 510 neqsel not equal
  509 point <^ point bool 134 0 0 positionsel as the newer symbol says
  508 point >> point bool 133 0 0 positionsel is right of
  506 point >^ point bool 131 0 0 positionsel as the newer symbol says
  808 point ?- point bool 990 808 0 - horizontally aligned
  809 point ?| point bool 989 809 0 - vertically aligned
  4161 point |>> point bool 131 0 0 positionsel is above
  510 point ~= point bool 135 510 713 eqsel same as
  3276 point <-> polygon float8 3275 3289 0 - distance between
  756 point <@ polygon bool 1429 757 0 contsel is contained by
  1383 polygon <-> circle float8 785 1523 0 - distance between
  3289 polygon <-> point float8 3292 3276 0 - distance between
  757 polygon @> point bool 1428 756 0 contsel contains
  492 polygon && polygon bool 346 492 0 areasel overlaps
  486 polygon &< polygon bool 342 0 0 positionsel overlaps or is left of
  2575 polygon &<| polygon bool 2567 0 0 positionsel overlaps or is below
  487 polygon &> polygon bool 343 0 0 positionsel overlaps or is right of
  712 polygon <-> polygon float8 729 712 0 - distance between
  485 polygon << polygon bool 341 0 0 positionsel is left of
  2574 polygon <<| polygon bool 2566 0 0 positionsel is below
  489 polygon <@ polygon bool 345 490 0 contsel is contained by
  488 polygon >> polygon bool 344 0 0 positionsel is right of
  490 polygon @> polygon bool 340 489 0 contsel contains
  2576 polygon |&> polygon bool 2568 0 0 positionsel overlaps or is above
  2577 polygon |>> polygon bool 2569 0 0 positionsel is above
  491 polygon ~= polygon bool 339 491 0 eqsel same as
  513 @@ box point 138 0 0 - center of
  1420 @@ circle point 1472 0 0 - center of
  1614 ?- line bool 1499 0 0 - horizontal
  1615 ?| line bool 1498 0 0 - vertical
  1528 ?- lseg bool 998 0 0 - horizontal
  1529 ?| lseg bool 997 0 0 - vertical
  1591 @-@ lseg float8 1487 0 0 - distance between endpoints
  969 @@ lseg point 225 0 0 - center of
  797 # path int4 1432 0 0 - number of points
  799 @-@ path float8 987 0 0 - sum of path segment lengths
  1521 # polygon int4 1445 0 0 - number of points
  971 @@ polygon point 227 0 0 - center of
`)
