CREATE TABLE payments (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  account_id INT UNSIGNED NOT NULL,
  refund_of BIGINT,
  amount DECIMAL(12,2) NOT NULL CHECK (amount <> 0),
  note TEXT,
  FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT fk_refund FOREIGN KEY (refund_of) REFERENCES payments (id)
);
INSERT INTO accounts (email, balance) VALUES ('till@example.org', 10.50);
