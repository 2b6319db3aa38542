DELETE FROM accounts WHERE email = 'till@example.org';
DROP TABLE payments;
