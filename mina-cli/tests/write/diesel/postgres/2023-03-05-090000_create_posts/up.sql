CREATE TABLE posts (
  id BIGSERIAL PRIMARY KEY,
  author_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  title TEXT NOT NULL CHECK (length(title) > 0),
  body TEXT,
  tags TEXT[] NOT NULL DEFAULT '{}',
  UNIQUE (author_id, title)
);
CREATE INDEX posts_body_idx ON posts USING gin (to_tsvector('english', body));
COMMENT ON TABLE posts IS 'What users write';
