ALTER TABLE posts ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER posts_touched AFTER UPDATE ON posts FOR EACH ROW
BEGIN
  UPDATE posts SET touched = touched + 1 WHERE id = OLD.id;
END;
CREATE VIEW published_posts AS SELECT id, title FROM posts WHERE published = 1;
