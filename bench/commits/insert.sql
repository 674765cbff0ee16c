\set k random(1, 1000000000)
insert into small (k, v) values (:k, 'some small payload');
