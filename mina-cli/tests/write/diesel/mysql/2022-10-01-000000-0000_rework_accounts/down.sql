DROP INDEX accounts_country ON accounts;
ALTER TABLE payments DROP FOREIGN KEY fk_account;
ALTER TABLE payments ADD CONSTRAINT payments_ibfk_1 FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE;
ALTER TABLE accounts
  MODIFY COLUMN email VARCHAR(190) NOT NULL,
  CHANGE credit balance DECIMAL(12,2) NOT NULL DEFAULT '0.00',
  DROP COLUMN country;
