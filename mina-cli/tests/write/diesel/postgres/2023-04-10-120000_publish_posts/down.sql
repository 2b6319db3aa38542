-- Somebody forgot the view
ALTER TABLE posts DROP COLUMN published, DROP COLUMN published_at;
