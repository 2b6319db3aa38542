mina::migration! {
    //! Broken

    revision = "20251009090000;
}
