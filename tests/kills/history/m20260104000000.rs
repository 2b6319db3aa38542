mina::migration! {
    //! Seed settings

    revision = "20260104000000";
    revises = "20260103000000";

    upgrade {
        bulk_insert settings (id, name, value) [
            (1, "setting 1", 7),
            (2, "setting 2", 14),
            (3, "setting 3", 21),
            (4, "setting 4", 28),
            (5, "setting 5", 35),
            (6, "setting 6", 42),
            (7, "setting 7", 49),
            (8, "setting 8", 56),
            (9, "setting 9", 63),
            (10, "setting 10", 70),
            (11, "setting 11", 77),
            (12, "setting 12", 84),
            (13, "setting 13", 91),
            (14, "setting 14", 98),
            (15, "setting 15", 105),
            (16, "setting 16", 112),
            (17, "setting 17", 119),
            (18, "setting 18", 126),
            (19, "setting 19", 133),
            (20, "setting 20", 140),
            (21, "setting 21", 147),
            (22, "setting 22", 154),
            (23, "setting 23", 161),
            (24, "setting 24", 168),
            (25, "setting 25", 175),
            (26, "setting 26", 182),
            (27, "setting 27", 189),
            (28, "setting 28", 196),
            (29, "setting 29", 203),
            (30, "setting 30", 210),
            (31, "setting 31", 217),
            (32, "setting 32", 224),
            (33, "setting 33", 231),
            (34, "setting 34", 238),
            (35, "setting 35", 245),
            (36, "setting 36", 252),
            (37, "setting 37", 259),
            (38, "setting 38", 266),
            (39, "setting 39", 273),
            (40, "setting 40", 280),
            (41, "setting 41", 287),
            (42, "setting 42", 294),
            (43, "setting 43", 301),
            (44, "setting 44", 308),
            (45, "setting 45", 315),
            (46, "setting 46", 322),
            (47, "setting 47", 329),
            (48, "setting 48", 336),
            (49, "setting 49", 343),
            (50, "setting 50", 350),
            (51, "setting 51", 357),
            (52, "setting 52", 364),
            (53, "setting 53", 371),
            (54, "setting 54", 378),
            (55, "setting 55", 385),
            (56, "setting 56", 392),
            (57, "setting 57", 399),
            (58, "setting 58", 406),
            (59, "setting 59", 413),
            (60, "setting 60", 420),
        ];
    }

    downgrade {
        delete settings { where = "id <= 60" }
    }
}
