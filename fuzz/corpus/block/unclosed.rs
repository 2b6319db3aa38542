mina::migration! { revision = "1"; upgrade { execute r#"SELECT '{' /* 
