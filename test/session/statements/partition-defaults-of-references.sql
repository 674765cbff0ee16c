create table pk(a int, b int, primary key(a,b)); create table fk(a int default 2501, b int default 142857) partition by list (a);
create table fk3 (b int, a int); alter table fk attach partition fk3 for values in (2502, 2501, 1500);
alter table fk add foreign key (a, b) references pk on delete set default on update set default;
insert into pk values (2502, 2503); insert into fk3(a,b) values (2502, 2503);
update pk set a = 1500 where a = 2502;
insert into pk values (2501, 142857);
update pk set a = 1500 where a = 2502;
select tableoid::regclass, a, b from fk;
delete from pk where a = 2501;
alter table fk3 alter a set default 1500, alter b set default 2503; update pk set a = 1501 where a = 2501; select * from fk;

create table lp(a int) partition by list (a); create table lp1(a int check (a > 0)) ; create table lpd partition of lp default;
alter table lp attach partition lp1 for values in (1); alter table lp attach partition lp1 for values in (2); alter table lp detach partition lp1 concurrently; begin; alter table lp detach partition lp1 concurrently; rollback; alter table lp detach partition lpd concurrently; alter table lp detach partition lp1; create table lq(a int) partition by list (a); create table lq1 partition of lq for values in (1); alter table lq detach partition lq1 concurrently; select relispartition from pg_class where relname='lq1';
