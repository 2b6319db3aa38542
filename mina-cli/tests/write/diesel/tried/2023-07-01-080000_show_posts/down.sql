DROP TABLE post_counts;
DROP VIEW signed_posts;
