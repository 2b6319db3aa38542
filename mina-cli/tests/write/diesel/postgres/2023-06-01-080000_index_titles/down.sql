DROP INDEX posts_title_lower;
