DROP VIEW published_posts;
DROP TRIGGER posts_touched;
ALTER TABLE posts DROP COLUMN touched;
