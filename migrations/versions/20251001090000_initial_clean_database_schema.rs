mina::migration! {
    //! Initial clean database schema
    //!
    //! Users open in a workspace and workspaces belong to a user, so both tables are made before the keys that tie them.

    revision = "20251001090000";
    revises = base;
    alias = "6f9f2dd343f5";

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
            #[unique(name = uq_users_email)]
            email: Varchar<120>,
            name: Varchar<80>,
            /// In years, as the sign-up form took it: free text.
            age: Nullable<Varchar<20>>,
            /// The workspace that opens after signing in.
            workspace_id: Nullable<Integer>,
            created_at: Timestamp = now(),
        }
        create_table workspaces {
            #[primary_key]
            id: Integer,
            name: Varchar<80>,
            owner_id: Nullable<Integer>,
            created_at: Timestamp = now(),
        }
        batch_alter users {
            create_foreign_key fk_users_workspace (workspace_id) references workspaces (id) { on_delete = set_null }
        }
        batch_alter workspaces {
            create_foreign_key fk_workspaces_owner (owner_id) references users (id) { on_delete = set_null }
        }
    }

    downgrade {
        batch_alter workspaces {
            drop_constraint fk_workspaces_owner;
        }
        batch_alter users {
            drop_constraint fk_users_workspace;
        }
        drop_table workspaces;
        drop_table users;
    }
}
