ALTER TABLE posts ALTER COLUMN body SET NOT NULL, DROP CONSTRAINT posts_author_id_title_key;
