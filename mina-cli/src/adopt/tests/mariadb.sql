SET FOREIGN_KEY_CHECKS = 0;
CREATE TABLE `users` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `email` VARCHAR(255) NOT NULL COMMENT 'As it was typed',
  `name` VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `active` TINYINT(1) NOT NULL DEFAULT '1',
  `state` ENUM('open','done') NOT NULL DEFAULT 'open',
  `big` BIGINT UNSIGNED NOT NULL,
  `price` DECIMAL(10,2) NOT NULL DEFAULT 0.00,
  `at` DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `seen` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  `note` LONGTEXT,
  `rank` INT CHECK (rank > 0),
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_email` (`email`),
  UNIQUE (name),
  KEY `by_state` (`state`, `at`),
  CHECK (`price` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Who can sign in';
CREATE TABLE posts (
  id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  user_id INT NOT NULL,
  editor_id INT,
  title TEXT NOT NULL,
  changed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT fk_editor FOREIGN KEY (editor_id) REFERENCES users (id)
);
CREATE INDEX posts_title ON posts (title(20));
CREATE INDEX posts_changed ON posts (changed DESC);
ALTER TABLE users MODIFY COLUMN email VARCHAR(320) NOT NULL COMMENT 'As it was typed';
ALTER TABLE users CHANGE name full_name VARCHAR(100) NULL;
ALTER TABLE users ADD COLUMN bio TEXT AFTER email, ADD INDEX by_bio (full_name), DROP INDEX by_state, ALTER COLUMN price SET DEFAULT 1;
ALTER TABLE posts DROP FOREIGN KEY posts_ibfk_1, DROP KEY user_id;
ALTER TABLE posts ADD CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE users DROP INDEX users_email;
CREATE UNIQUE INDEX users_mail ON users (email);
DROP INDEX users_mail ON users;
RENAME TABLE users TO people;
ALTER TABLE people AUTO_INCREMENT = 100;
INSERT INTO people (email, big) VALUES ('a', 1), ("b", 2);
INSERT IGNORE INTO people (email, big) VALUES ('a', 1);
UPDATE `people` SET `bio` = 'none' WHERE `bio` IS NULL;
DELETE FROM posts WHERE id = 1;
CREATE TRIGGER touch BEFORE UPDATE ON posts FOR EACH ROW SET NEW.changed = NOW();
CREATE VIEW v AS SELECT id, email FROM people;
DROP VIEW v;
DROP TRIGGER IF EXISTS touch;
DROP TABLE posts;
