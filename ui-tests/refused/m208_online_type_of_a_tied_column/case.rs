mod initial {
    mina::migration! {
        //! Initial schema

        revision = "20251001090000";
        revises = base;

        upgrade {
            create_table workspaces {
                #[primary_key]
                id: Integer,
                #[unique(name = uq_workspaces_slug)]
                slug: Text,
            }
            create_table users {
                #[primary_key]
                id: Integer,
                #[references(workspaces.slug, name = fk_users_workspace)]
                workspace: Char<20>,
                score: Integer,
                #[generated("score * 2", stored = true)]
                doubled: Integer,
                rank: Nullable<Text>,
            }
            create_table notes {
                #[primary_key]
                id: Integer,
                size: Integer,
            }
            create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('notes', ''); RETURN NEW; END $$";
            create_trigger tr_notes_touch on notes "BEFORE INSERT OR UPDATE FOR EACH ROW EXECUTE FUNCTION touch()";
            create_trigger tr_users_id on users "BEFORE UPDATE OF id FOR EACH ROW EXECUTE FUNCTION touch()";
        }

        downgrade = irreversible("an example");
    }
}

mod change {
    mina::migration! {
        //! Change types while the tables are in use

        revision = "20251008120000";
        revises = "20251001090000";

        upgrade {
            alter_column users.workspace { type = Varchar<40>, online = true }
            alter_column users.doubled { type = BigInt, online = true }
            alter_column users.rank { type = Integer, using = "doubled + 1", online = true }
            alter_column notes.size { type = BigInt, online = true }
        }

        downgrade = irreversible("an example");
    }
}

fn main() {}
