// outside
mina::migration! { // after
    //! Message
    /* a /* nested */ one */ revision = "1"; revises = ["a", "b",];
    upgrade { drop_table /* which */ t; // why
    }
    downgrade = irreversible("no \u{41} way");
}
