create table if not exists linkwright_migration (name text primary key not null);

create table linkwright_window (
  "key" text not null,
  "window" bigint not null,
  used bigint not null,
  primary key ("key", "window")
) without rowid;

create index linkwright_window_window on linkwright_window ("window");

insert into linkwright_migration (name) values ('0002-windows');
