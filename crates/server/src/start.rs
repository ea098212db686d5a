//! Why a server does not start: what happened, what is safe, what to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use xunfang_domain::DictionaryError;
use xunfang_domain::catalogue::CatalogueError;

use xunfang_durable::DiskError;

use crate::blobs::BlobSourceError;
use crate::store::StoreError;

/// A reason not to start. Nothing was changed on the disk.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "Address {address} is taken by another program. Nothing was changed. Stop that program, \
         or choose another address with --listen, or --admin where it is that one."
    )]
    AddressTaken {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The operating system does not give the address.
    #[error(
        "Could not listen on {address}: {source}. Nothing was changed. Choose an address of this \
         machine and a port that this user may open, with --listen or XUNFANG_LISTEN."
    )]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(
        "The certificate cannot be used: {path}: {reason}. Nothing was changed. Name a chain in PEM \
         with --tls-cert, and the key of its first certificate with --tls-key."
    )]
    Certificate {
        /// The file that is faulty.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The catalogue of criteria is faulty.
    #[error(
        "The catalogue of criteria was refused: {0}. Nothing was changed, and what is published \
         stays in force. Mend the line and start again, or leave --catalogue out to use the one \
         that comes with the product."
    )]
    Catalogue(#[from] CatalogueError),
    /// A list of codes is faulty.
    #[error(
        "The codes were refused: {0}. Nothing was changed. A line has kind, digits, class, name \
         and status, parted by tabulators; a code that the product knows is not given again."
    )]
    Codes(#[from] DictionaryError),
    /// A file of codes, or their folder, cannot be read.
    #[error("The codes could not be read: {path}: {source}. Nothing was changed.")]
    CodesFile {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A file of codes is not named for an edition.
    #[error(
        "It cannot be told which codes {path} adds to. Nothing was changed. Name it for one of \
         {known}, with the ending .tsv."
    )]
    CodesEdition {
        /// The file.
        path: PathBuf,
        /// The names that there are.
        known: String,
    },
    /// A file of the catalogue cannot be read.
    #[error(
        "The catalogue of criteria could not be read: {path}: {source}. Nothing was changed. Name \
         a folder with standard.toml, criteria/ and profiles/ with --catalogue."
    )]
    CatalogueFile {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// Another process works on the folder.
    #[error(
        "Another Xunfang server or command is using {folder}. Its data is safe and was not \
         touched. Stop the other one first, or choose another folder with --data or XUNFANG_DATA."
    )]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The database does not read as one.
    #[error(
        "The database {path} is damaged: {what}. It was left as it is, and the photos beside it \
         are not affected. Restore it from a backup, or start with --set-aside-damaged: that \
         moves it to the folder set-aside and begins an empty one; phones then send again what \
         they still hold."
    )]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// A newer server wrote the database.
    #[error(
        "The database {database} has schema {found}, and this server knows schemas up to {known}. It \
         was not touched and is safe. Start the newer server again, or install an update."
    )]
    NewerSchema {
        /// Its file, or the setting that names it.
        database: String,
        /// The version it has.
        found: usize,
        /// The newest version that this build knows.
        known: usize,
    },
    /// The database may not be written.
    #[error(
        "The database {path} may not be written. What is in it is safe. Give this user the right \
         to write the file and its folder, or mount the disk writable, and start again."
    )]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// The database could not be opened or brought up to date.
    #[error(
        "The database {path} could not be opened: {source}. It was not changed. Check the disk \
         and its free space, and start again."
    )]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: StoreError,
    },
    /// The address of the database does not read.
    #[error(
        "The address in --database or DATABASE_URL does not read: {0}. Nothing was changed. Write \
         it as postgres://user:password@host:5432/name."
    )]
    DatabaseUrl(StoreError),
    /// PostgreSQL cannot be reached, or refused.
    #[error(
        "The database of DATABASE_URL could not be opened: {source}. What is in it is safe. Check \
         that PostgreSQL runs, that this machine reaches it, and that the user may sign in and \
         make tables in the database, and start again."
    )]
    Postgres {
        /// What PostgreSQL says.
        source: StoreError,
    },
    /// The setting of the photo store does not read.
    #[error(
        "The photo store of --blobs or BLOB_URL cannot be used: {0}. Nothing was changed. Write it \
         as s3://bucket or s3://bucket/folder, and set AWS_ENDPOINT_URL, AWS_REGION, \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ALLOW_HTTP=true where it has no TLS."
    )]
    BlobSource(#[from] BlobSourceError),
    /// A file or folder could not be used.
    #[error("{0}. What is on the disk is safe. Check the folder's owner and free space.")]
    Disk(#[from] DiskError),
    /// The operating system gave no random numbers.
    #[error("The operating system gives no random numbers: {0}. Nothing was changed.")]
    Random(#[from] getrandom::Error),
    /// A password could not be hashed.
    #[error("Passwords cannot be checked on this machine: {0}. Nothing was changed.")]
    Passwords(String),
}
