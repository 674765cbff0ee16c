create table small (id bigserial primary key, k int not null, v text);
create table counters (id int primary key, n int not null, label text);
insert into counters select g, 0, 'a counter' from generate_series(1, 100000) g;
