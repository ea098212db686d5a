//! Values on their way into a database and out of it, alike for both engines.
//!
//! A database holds whole numbers, texts and bytes. Ids are 16 bytes, which PostgreSQL keeps in a
//! type of its own; yes and no are 1 and 0 or a type of their own.

use std::error::Error;

use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::store::StoreError;

/// A value that goes into a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    /// Refused where the database cannot hold it.
    Unsigned(u64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Id(Uuid),
}

/// A parameter's name, with its colon, and its value.
pub(crate) type Param<'a> = (&'static str, Value<'a>);

/// What can be given to a statement.
pub(crate) trait Bind {
    fn value(&self) -> Value<'_>;
}

impl<T: Bind + ?Sized> Bind for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Bind::value)
    }
}

macro_rules! bind {
    ($($type:ty: |$value:ident| $as:expr;)*) => {$(
        impl Bind for $type {
            fn value(&self) -> Value<'_> {
                let $value = self;
                $as
            }
        }
    )*};
}

bind! {
    i64: |value| Value::Integer(*value);
    u64: |value| Value::Unsigned(*value);
    u32: |value| Value::Integer(i64::from(*value));
    bool: |value| Value::Integer(i64::from(*value));
    str: |value| Value::Text(value);
    String: |value| Value::Text(value);
    [u8]: |value| Value::Bytes(value);
    [u8; 32]: |value| Value::Bytes(value);
    Uuid: |value| Value::Id(*value);
}

/// Names the parameters of a statement and gives their values.
macro_rules! params {
    ($($name:literal: $value:expr),* $(,)?) => {
        &[$(($name, $crate::store::db::Bind::value(&$value))),*]
    };
}
pub(crate) use params;

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Unsigned(number) => {
                let number = i64::try_from(*number)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                ToSqlOutput::Borrowed(ValueRef::Integer(number))
            }
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Id(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let integer = |number: i64, out: &mut BytesMut| match *ty {
            Type::BOOL => (number != 0).to_sql(ty, out),
            Type::INT2 => i16::try_from(number)?.to_sql(ty, out),
            Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
            Type::INT8 => number.to_sql(ty, out),
            _ => Err(unfit("a number", ty)),
        };
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => integer(*number, out),
            Self::Unsigned(number) => integer(i64::try_from(*number)?, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Self::Text(_) => Err(unfit("a text", ty)),
            Self::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::Bytes(_) => Err(unfit("bytes", ty)),
            Self::Id(id) if matches!(*ty, Type::UUID | Type::BYTEA) => {
                out.extend_from_slice(id.as_bytes());
                Ok(IsNull::No)
            }
            Self::Id(_) => Err(unfit("an id", ty)),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Looked at with the value, which knows better.
        true
    }

    to_sql_checked!();
}

fn unfit(what: &str, ty: &Type) -> Box<dyn Error + Sync + Send> {
    format!("{what} was given for a {ty}").into()
}

/// A row of an answer.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// Reads a column by its name.
    pub(crate) fn get<T: Column>(&self, name: &str) -> Result<T, StoreError> {
        let cell = self.cell(name)?;
        T::read(cell).ok_or_else(|| unread(name, "it has another type, or is out of range"))
    }

    /// What a column holds, whatever its type.
    pub(crate) fn cell(&self, name: &str) -> Result<Cell<'_>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => match row.get_ref(name)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => Cell::Integer(number),
                ValueRef::Text(text) => Cell::Text(
                    std::str::from_utf8(text).map_err(|error| unread(name, &error.to_string()))?,
                ),
                ValueRef::Blob(bytes) => Cell::Bytes(bytes),
                ValueRef::Real(_) => return Err(unread(name, "it is a fraction")),
            },
            Self::Postgres(row) => row.try_get(name)?,
        })
    }
}

fn unread(name: &str, reason: &str) -> StoreError {
    StoreError::Value {
        what: "column",
        reason: format!("{name}: {reason}"),
    }
}

/// A value as it comes out of a database.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Self::Integer(i64::from(bool::from_sql(ty, raw)?)),
            Type::INT2 => Self::Integer(i64::from(i16::from_sql(ty, raw)?)),
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            // Ids are their 16 bytes on the wire too.
            Type::BYTEA | Type::UUID => Self::Bytes(raw),
            _ => Self::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::BOOL | Type::INT2 | Type::INT4 | Type::INT8 | Type::BYTEA | Type::UUID
        ) || <&str as FromSql>::accepts(ty)
    }
}

/// What can be read out of a column.
pub(crate) trait Column: Sized {
    /// Says nothing where the cell holds something else.
    fn read(cell: Cell<'_>) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::read(other).map(Some),
        }
    }
}

macro_rules! column {
    ($($cell:ident($value:ident): $($type:ty = $as:expr),+;)*) => {$($(
        impl Column for $type {
            fn read(cell: Cell<'_>) -> Option<Self> {
                match cell {
                    Cell::$cell($value) => $as,
                    _ => None,
                }
            }
        }
    )+)*};
}

column! {
    Integer(number):
        i64 = Some(number),
        u64 = u64::try_from(number).ok(),
        u32 = u32::try_from(number).ok(),
        u8 = u8::try_from(number).ok(),
        bool = match number { 0 => Some(false), 1 => Some(true), _ => None };
    Text(text):
        String = Some(text.to_owned());
    Bytes(bytes):
        [u8; 32] = bytes.try_into().ok(),
        Uuid = Uuid::from_slice(bytes).ok();
}
