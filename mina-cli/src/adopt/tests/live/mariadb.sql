CREATE TABLE authors (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(80) NOT NULL,
    best BIGINT UNSIGNED,
    state ENUM('open', 'done') NOT NULL DEFAULT 'open',
    settings JSON,
    UNIQUE KEY (name)
) COMMENT = 'Who writes';
CREATE TABLE books (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    author INT NOT NULL,
    title VARCHAR(200) COLLATE utf8mb4_bin NOT NULL COMMENT 'As it was printed',
    price DECIMAL(10, 2) NOT NULL DEFAULT 1.50 CHECK (price > 0),
    twice DECIMAL(11, 2) GENERATED ALWAYS AS (price * 2) STORED,
    added DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (author) REFERENCES authors (id) ON DELETE CASCADE
);
ALTER TABLE authors ADD CONSTRAINT authors_best FOREIGN KEY (best) REFERENCES books (id);
CREATE INDEX titles ON books (title, price);
CREATE VIEW sellers AS SELECT id, author FROM books WHERE price > 1;
CREATE VIEW best_sellers AS SELECT id FROM sellers;
CREATE TRIGGER touched BEFORE UPDATE ON books FOR EACH ROW SET NEW.added = NOW();
