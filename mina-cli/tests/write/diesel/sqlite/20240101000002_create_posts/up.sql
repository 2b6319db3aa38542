CREATE TABLE posts (
  id INTEGER PRIMARY KEY NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users(id),
  title TEXT NOT NULL,
  published BOOLEAN NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (user_id, title)
);
CREATE INDEX idx_posts_user ON posts(user_id);
INSERT INTO users (name, hair_color) VALUES ('Sean', 'brown'), ('Tess', NULL);
