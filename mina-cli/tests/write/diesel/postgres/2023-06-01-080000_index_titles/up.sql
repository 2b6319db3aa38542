CREATE UNIQUE INDEX CONCURRENTLY posts_title_lower ON posts (lower(title));
