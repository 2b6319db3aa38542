CREATE VIEW signed_posts AS SELECT posts.*, users.email FROM posts JOIN users ON users.id = posts.author_id;
CREATE TABLE post_counts AS SELECT author_id, count(*) AS posts FROM posts GROUP BY author_id;
