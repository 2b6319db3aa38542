//! What differs between engines when a schema becomes SQL.

use super::Draft;
use super::cost::Cost;
use crate::engine::{Engine, Target};
use crate::history::{Resolved, Step, Trace};
use crate::schema::{Constraint, Default, Enum, ExpressionError, Index, ObjectName, Schema, Table, Type, Value};

/// How one engine writes SQL.
pub trait Dialect {
    /// The engine.
    fn engine(&self) -> Engine;

    /// An identifier, quoted.
    fn quote(&self, name: &str) -> String;

    /// The name of a table or another object, quoted, qualified where it is.
    fn object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }

    /// The name of a type in a column's definition.
    fn type_name(&self, ty: &Type) -> String;

    /// The type that words of SQL declare, whoever wrote them; [`Type::Custom`] for what the language has no word for.
    fn read_type(&self, words: &str) -> Type;

    /// The default that words of SQL mean for a column of a type; none where it is NULL.
    ///
    /// # Errors
    ///
    /// The words are no expression that can be read.
    fn read_default(&self, words: &str, ty: &Type) -> Result<Option<Default>, ExpressionError>;

    /// A value in a statement, for a column of a type where that is known.
    fn literal(&self, value: &Value, ty: Option<&Type>) -> String;

    /// What stands after DEFAULT.
    fn default(&self, default: &Default, ty: &Type) -> String;

    /// What compares two values of which either may be NULL.
    fn same_value(&self) -> &'static str;

    /// What stands between the parentheses of `(a, b) IN (…)`, for rows in parentheses.
    fn row_list(&self, rows: &str) -> String {
        rows.to_owned()
    }

    /// An expression for a value of a column, quoted, as a literal of SQL in a text, which compares as the value itself.
    fn literal_of(&self, column: &str, ty: Option<&Type>) -> String;

    /// An expression for texts as an array in JSON, a text itself.
    fn json_array(&self, texts: &[String]) -> String;

    /// Whether `(a, b) > (1, 2)` is looked up in an index.
    fn compares_rows(&self) -> bool {
        true
    }

    /// The condition of the rows whose value in a column, quoted, would be bent or refused as it becomes one of another
    /// type; none where the engine cannot tell before.
    fn bent(&self, column: &str, before: &Type, after: &Type) -> Option<String>;

    /// A constraint's clause in CREATE TABLE; none where the engine has no such constraint.
    fn constraint(&self, constraint: &Constraint) -> Option<String>;

    /// The CREATE TABLE statement, without its indexes.
    fn create_table(&self, table: &Table, schema: &Schema) -> String;

    /// The CREATE INDEX statement.
    fn create_index(&self, table: &ObjectName, index: &Index) -> String;

    /// The statements that make the tables and views of a schema that are wanted, with what stands on them, in an order that works
    /// where none of them is there; `beside` also the enums, sequences, functions and the like that stand beside them.
    fn made(&self, schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String>;

    /// The schema as the engine keeps it, in [normal form](crate::normal); once in it, it stays as it is.
    fn normal(&self, schema: &Schema) -> Schema {
        let mut normal = self.normal_objects(schema);
        for table in schema.tables().values() {
            normal.put_table(self.normal_table(table, schema));
        }
        normal
    }

    /// The same of one table, which stands in a schema.
    fn normal_table(&self, table: &Table, schema: &Schema) -> Table;

    /// The same of all that is no table.
    fn normal_objects(&self, schema: &Schema) -> Schema;

    /// Whether two bodies of views or triggers say the same to the engine.
    fn is_same(&self, one: &str, other: &str) -> bool;

    /// Whether a column of the database, in the words of the language, is the history's though these differ.
    fn is_same_column(&self, _history: &str, _database: &str) -> bool {
        false
    }

    /// Whether a table has the options that a history says, given those that the database has.
    fn has_options(&self, history: &[(String, Value)], database: &[(String, Value)]) -> bool {
        history == database
    }

    /// What takes back the first so many units of a statement that is one operation in several; none where it cannot be said.
    fn taken_back(&self, _operation: &Resolved, _target: Target, _done: usize, _line: u32) -> Option<Vec<Draft>> {
        None
    }

    /// The statements that make the type of an enum anew with values added to it, on the schema before, so that the transaction in which
    /// that is done can use them; none where the engine has no such need or no way.
    fn enum_anew(&self, _before: &Enum, _after: &Enum, _schema: &Schema) -> Option<Vec<String>> {
        None
    }

    /// What it costs to run a statement of SQL that stands in one of a block.
    fn cost(&self, sql: &str, step: &Step, target: Target) -> Cost;

    /// The steps of one statement of a block; `line` tells where an operation stands.
    fn steps(&self, step: &Step, trace: &Trace, line: &dyn Fn(crate::syntax::Span) -> u32) -> Vec<Draft>;
}
