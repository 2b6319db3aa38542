CREATE TABLE users (id INTEGER PRIMARY KEY, "name" TEXT DEFAULT 'a;b''c'); -- end;
INSERT INTO `users` VALUES (1, E'\'x', N'y', x'00'); /* a /* b */ ; */ SELECT * FROM [users];