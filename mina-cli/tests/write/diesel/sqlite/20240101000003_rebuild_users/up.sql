-- SQLite cannot alter a column
PRAGMA foreign_keys=OFF;
BEGIN;
CREATE TABLE users_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  age INTEGER NOT NULL DEFAULT 0 CHECK (age >= 0),
  email TEXT
);
INSERT INTO users_new (id, name, age) SELECT id, name, coalesce(age, 0) FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
CREATE INDEX users_age ON users (age);
COMMIT;
PRAGMA foreign_keys=ON;
