//! How objects are called in messages, and the statements that make or unmake them.

use super::identity::Key;
use crate::diff::Object;
use crate::operation::Operation;
use crate::schema::Origin;

/// `` `users.email` ``, `` `uq_users_email` on `users` ``
pub(super) fn name(object: &Object) -> String {
    key(&Key::of(object))
}

pub(super) fn key(key: &Key) -> String {
    match key {
        Key::Table(name) | Key::Enum(name) | Key::Sequence(name) | Key::View(name) | Key::Extension(name) | Key::Namespace(name) => {
            format!("`{name}`")
        }
        Key::Comment(table) => format!("the comment of `{table}`"),
        Key::Options(table) => format!("the options of `{table}`"),
        Key::Column(table, column) => format!("`{table}.{column}`"),
        Key::Constraint(table, name) | Key::Index(table, name) | Key::Trigger(table, name) => format!("`{name}` on `{table}`"),
        Key::Function(name, arguments) => format!("`{name}({arguments})`"),
    }
}

/// Lower is told first, and stands for what goes along with it.
pub(super) fn rank(object: &Object) -> u8 {
    match object {
        Object::Namespace(_) | Object::Extension(_) => 0,
        Object::Table(_) | Object::View(_) | Object::Enum(_) | Object::Sequence(_) | Object::Function(_) => 1,
        Object::Column(..) | Object::Trigger(_) => 2,
        Object::Constraint(..) => 3,
        Object::Index(..) => 4,
    }
}

pub(super) fn origin(object: &Object) -> Option<&Origin> {
    Some(match object {
        Object::Table(table) => &table.origin,
        Object::Column(_, column) => &column.origin,
        Object::Constraint(_, constraint) => constraint.as_ref().origin(),
        Object::Index(_, index) => &index.origin,
        Object::Enum(object) => &object.origin,
        Object::Sequence(object) => &object.origin,
        Object::View(object) => &object.origin,
        Object::Trigger(object) => &object.origin,
        Object::Function(object) => &object.origin,
        Object::Extension(_) | Object::Namespace(_) => return None,
    })
}

pub(super) fn create(object: &Object) -> Operation {
    match object.clone() {
        Object::Table(table) => Operation::CreateTable(table),
        Object::Column(table, column) => Operation::AddColumn {
            table,
            column,
            constraints: Vec::new(),
            indexes: Vec::new(),
        },
        Object::Constraint(table, constraint) => Operation::CreateConstraint { table, constraint },
        Object::Index(table, index) => Operation::CreateIndex {
            table,
            index,
            concurrently: false,
        },
        Object::Enum(object) => Operation::CreateEnum(object),
        Object::Sequence(object) => Operation::CreateSequence(object),
        Object::View(object) => Operation::CreateView(object),
        Object::Trigger(object) => Operation::CreateTrigger(object),
        Object::Function(object) => Operation::CreateFunction(object),
        Object::Extension(name) => Operation::CreateExtension(name),
        Object::Namespace(name) => Operation::CreateNamespace(name),
    }
}

pub(super) fn drop(object: &Object) -> Operation {
    match object.clone() {
        Object::Table(table) => Operation::DropTable(table),
        Object::Column(table, column) => Operation::DropColumn {
            table,
            column,
            position: 0,
            constraints: Vec::new(),
            indexes: Vec::new(),
        },
        Object::Constraint(table, constraint) => Operation::DropConstraint { table, constraint },
        Object::Index(table, index) => Operation::DropIndex {
            table,
            index,
            concurrently: false,
        },
        Object::Enum(object) => Operation::DropEnum(object),
        Object::Sequence(object) => Operation::DropSequence(object),
        Object::View(object) => Operation::DropView(object),
        Object::Trigger(object) => Operation::DropTrigger(object),
        Object::Function(object) => Operation::DropFunction(object),
        Object::Extension(name) => Operation::DropExtension(name),
        Object::Namespace(name) => Operation::DropNamespace(name),
    }
}

/// The operations that make of `have` what is wanted.
pub(super) fn restore(want: &Object, have: &Object) -> Vec<Operation> {
    match (want, have) {
        (Object::Column(table, want), Object::Column(_, have)) => {
            let using = if want.ty == have.ty {
                crate::operation::Using::Implicit
            } else {
                crate::operation::Using::Cast
            };
            vec![Operation::AlterColumn {
                table: table.clone(),
                before: have.clone(),
                after: want.clone(),
                using,
            }]
        }
        (Object::Enum(want), Object::Enum(have)) => vec![Operation::AlterEnum {
            before: have.clone(),
            after: want.clone(),
            renamed: None,
        }],
        _ => vec![drop(have), create(want)],
    }
}

/// A column created again with everything that went along with it.
pub(super) fn create_with(object: &Object, along: &[&Object]) -> Vec<Operation> {
    let mut operations = vec![create(object)];
    for other in along {
        match (&mut operations[0], other) {
            (Operation::AddColumn { table, constraints, .. }, Object::Constraint(of, constraint)) if table == of => {
                constraints.push(constraint.clone());
            }
            (Operation::AddColumn { table, indexes, .. }, Object::Index(of, index)) if table == of => indexes.push(index.clone()),
            _ => operations.push(create(other)),
        }
    }
    operations
}

/// The table's columns an object is about.
pub(super) fn columns(object: &Object) -> Vec<String> {
    match object {
        Object::Column(_, column) => vec![column.name.clone()],
        Object::Constraint(_, constraint) => constraint.as_ref().columns(),
        Object::Index(_, index) => index.columns(),
        _ => Vec::new(),
    }
}
