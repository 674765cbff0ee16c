-- Rows that an outer join makes up are NULL as a whole
create table b (id int, n text); create table g (id int, n text); insert into b values (1,'x'),(2,'y'),(3,'z'); insert into g values (2,'p'),(null,null);
select count(g.*), count(*) from b left join g using (id);
select b.id, g, g is null, (g).n, row_to_json(g) from b left join g using (id) order by 1;
select count(s.*), count(s) from b left join (select * from g) s using (id);
select count(b), count(g) from b full join g using (id);
select count(v) from b left join (values (2, 'q')) v(id, m) using (id);
select coalesce(g, row(0,'none')::g) from b left join g on g.id = b.id order by b.id;
drop table b, g;
