//! The key that seals secrets: given as a value, or kept in a file of its own that only its
//! owner can read, made at the first start.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use domain::Secret;
use zeroize::Zeroizing;

use crate::OpenError;

type Key = Zeroizing<[u8; 32]>;

/// Where the key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file with 64 hexadecimal digits, mode 0600, made at the first start.
    File(PathBuf),
    /// 64 hexadecimal digits, or base64 of 32 bytes.
    Value(Secret),
}

/// The key. `may_make`: the database holds nothing sealed yet, so that a new key may be made.
pub(crate) fn read(source: &KeySource, may_make: bool) -> Result<Key, OpenError> {
    match source {
        KeySource::Value(v) => parse(v.expose()),
        KeySource::File(path) => match File::open(path) {
            Ok(f) => read_file(path, f),
            Err(e) if e.kind() == ErrorKind::NotFound && may_make => make(path),
            Err(e) => Err(OpenError::BadKey(format!(
                "file {} cannot be read ({e}); put back the one that the database was made with",
                path.display()
            ))),
        },
    }
}

fn parse(text: &str) -> Result<Key, OpenError> {
    let text = text.trim();
    let raw = Zeroizing::new(
        hex::decode(text)
            .or_else(|_| base64::engine::general_purpose::STANDARD.decode(text))
            .unwrap_or_default(),
    );
    let key: [u8; 32] = raw.as_slice().try_into().map_err(|_| {
        OpenError::BadKey("must be 64 hexadecimal digits or base64 of 32 bytes".into())
    })?;
    Ok(Zeroizing::new(key))
}

fn read_file(path: &Path, mut file: File) -> Result<Key, OpenError> {
    let bad = |e: std::io::Error| OpenError::BadKey(format!("file {}: {e}", path.display()));
    let mode = file.metadata().map_err(bad)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(OpenError::BadKey(format!(
            "file {} can be read by others (mode {mode:o}); run chmod 600 on it",
            path.display()
        )));
    }
    let mut text = Zeroizing::new(String::new());
    Read::by_ref(&mut file).take(4096).read_to_string(&mut text).map_err(bad)?;
    parse(&text)
}

fn make(path: &Path) -> Result<Key, OpenError> {
    let bad = |e: std::io::Error| {
        OpenError::BadKey(format!("file {} cannot be made: {e}", path.display()))
    };
    let mut key = Zeroizing::new([0u8; 32]);
    domain::ids::fill(key.as_mut_slice());
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match made {
        Ok(f) => f,
        // Another process of the same first start was faster: its key counts.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            return read_file(path, File::open(path).map_err(bad)?);
        }
        Err(e) => return Err(bad(e)),
    };
    let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(*key))));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(bad)?;
    // A file is there after a power loss only if its folder was synced too.
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::File::open(folder).and_then(|f| f.sync_all()).map_err(bad)?;
    }
    Ok(key)
}
