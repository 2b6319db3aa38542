ALTER TABLE posts ADD UNIQUE (author_id, title), ALTER COLUMN body DROP NOT NULL;
