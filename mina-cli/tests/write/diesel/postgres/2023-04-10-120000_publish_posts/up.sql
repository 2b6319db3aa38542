ALTER TABLE posts ADD COLUMN published BOOLEAN NOT NULL DEFAULT 'f', ADD COLUMN published_at TIMESTAMPTZ;
-- Whatever is there was written to be read
UPDATE posts SET published = 't', published_at = now();
CREATE VIEW published_posts AS SELECT id, title FROM posts WHERE published;
