PRAGMA foreign_keys = ON;
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR NOT NULL COLLATE NOCASE,
  email TEXT UNIQUE NOT NULL,
  active BOOLEAN NOT NULL DEFAULT 1,
  age INTEGER DEFAULT 0 CHECK (age >= 0) CHECK (age < 200),
  balance REAL NOT NULL DEFAULT 0.0,
  data BLOB,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated TIMESTAMP DEFAULT (datetime('now'))
);
CREATE TABLE [posts] (
  id INTEGER PRIMARY KEY,
  Author INTEGER NOT NULL,
  title TEXT,
  UNIQUE (author, title),
  FOREIGN KEY (author) REFERENCES USERS(ID) ON DELETE CASCADE
);
CREATE TABLE tags (tag TEXT PRIMARY KEY NOT NULL, shade INT) WITHOUT ROWID;
CREATE TABLE strict_one (id BIGINT PRIMARY KEY, amount INTEGER NOT NULL) STRICT;
CREATE TABLE post_tags (post_id INTEGER REFERENCES posts, tag TEXT REFERENCES tags, PRIMARY KEY (post_id, tag));
CREATE INDEX posts_by_author ON posts (author, title DESC);
CREATE UNIQUE INDEX one_active ON users (lower(name)) WHERE active = 1;
ALTER TABLE users ADD COLUMN bio TEXT;
ALTER TABLE users ADD COLUMN plan INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN boss INTEGER REFERENCES users (id);
ALTER TABLE users RENAME COLUMN bio TO about;
ALTER TABLE users DROP COLUMN about;
ALTER TABLE tags RENAME TO labels;
CREATE VIEW active AS SELECT id, name FROM users WHERE active = 1;
CREATE TRIGGER touch AFTER UPDATE ON users FOR EACH ROW
BEGIN
  UPDATE users SET updated = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;
INSERT INTO users (name, email) VALUES ('Ada', 'ada@example.org'), ('It''s "Bob"', 'bob@example.org');
INSERT OR IGNORE INTO users (name, email) VALUES ('Ada', 'ada@example.org');
UPDATE users SET name = upper(name) WHERE age IS NULL OR age > 30;
DELETE FROM posts;
CREATE VIRTUAL TABLE search USING fts5(title);
DROP TRIGGER touch;
DROP VIEW IF EXISTS active;
DROP INDEX posts_by_author;
DROP TABLE IF EXISTS post_tags;
DROP TABLE IF EXISTS nothing;
