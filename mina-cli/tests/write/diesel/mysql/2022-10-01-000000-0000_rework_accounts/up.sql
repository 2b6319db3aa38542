ALTER TABLE accounts
  MODIFY COLUMN email VARCHAR(320) NOT NULL,
  CHANGE balance credit DECIMAL(14,2) NOT NULL DEFAULT 0,
  ADD COLUMN country CHAR(2) NULL AFTER email;
ALTER TABLE payments DROP FOREIGN KEY payments_ibfk_1;
ALTER TABLE payments ADD CONSTRAINT fk_account FOREIGN KEY (account_id) REFERENCES accounts (id);
CREATE INDEX accounts_country ON accounts (country, created_at);
