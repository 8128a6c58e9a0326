//! The key that seals secrets: given as a value, or kept in a file of its own that only its
//! owner can read, made at the first start.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use domain::Secret;
use zeroize::Zeroizing;

use crate::OpenError;
use crate::seal::key_id;

/// Keys: the first seals, the others only open.
pub(crate) type Keys = Zeroizing<Vec<[u8; 32]>>;

/// Where the key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file with 64 hexadecimal digits, mode 0600, made at the first start. More lines hold keys
    /// from before.
    File(PathBuf),
    /// 64 hexadecimal digits, or base64 of 32 bytes; keys from before follow after commas.
    Value(Secret),
}

/// The keys. `may_make`: the database holds nothing sealed yet, so that a new key may be made.
pub(crate) fn read(source: &KeySource, may_make: bool) -> Result<Keys, OpenError> {
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

fn parse(text: &str) -> Result<Keys, OpenError> {
    let mut keys: Keys = Zeroizing::new(Vec::new());
    for one in text.split([',', '\n']).map(str::trim).filter(|t| !t.is_empty()) {
        keys.push(parse_one(one)?);
    }
    let ids: BTreeSet<u8> = keys.iter().map(key_id).collect();
    match (keys.len(), ids.len()) {
        (0, _) => Err(bad_form()),
        (n, ids) if n == ids => Ok(keys),
        _ => Err(OpenError::BadKey(
            "is given twice, or is too like another one; make it anew".into(),
        )),
    }
}

fn bad_form() -> OpenError {
    OpenError::BadKey("must be 64 hexadecimal digits or base64 of 32 bytes".into())
}

fn parse_one(text: &str) -> Result<[u8; 32], OpenError> {
    let raw = Zeroizing::new(
        hex::decode(text)
            .or_else(|_| base64::engine::general_purpose::STANDARD.decode(text))
            .unwrap_or_default(),
    );
    raw.as_slice().try_into().map_err(|_| bad_form())
}

/// A key that is told apart from these.
pub(crate) fn fresh(but: &[[u8; 32]]) -> Zeroizing<[u8; 32]> {
    loop {
        let mut key = Zeroizing::new([0u8; 32]);
        domain::ids::fill(key.as_mut_slice());
        if but.iter().all(|k| key_id(k) != key_id(&key)) {
            return key;
        }
    }
}

/// Replaces the file at once: after a power loss it holds the old keys or the new ones.
pub(crate) fn replace(path: &Path, keys: &[[u8; 32]]) -> Result<(), OpenError> {
    let bad = |e: std::io::Error| {
        OpenError::BadKey(format!("file {} cannot be changed: {e}", path.display()))
    };
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(bad(e)),
        _ => {}
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(bad)?;
    write(&mut file, keys).map_err(bad)?;
    fs::rename(&beside, path).and_then(|()| sync_folder(path)).map_err(bad)
}

fn write(file: &mut File, keys: &[[u8; 32]]) -> std::io::Result<()> {
    for key in keys {
        let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(key))));
        file.write_all(text.as_bytes())?;
    }
    file.sync_all()
}

/// A file is there after a power loss only if its folder was synced too.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn read_file(path: &Path, mut file: File) -> Result<Keys, OpenError> {
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

/// Writes the keys of a backup to a file that is not there yet.
pub(crate) fn put(path: &Path, keys: &Keys) -> Result<(), OpenError> {
    let bad = |e: std::io::Error| {
        OpenError::BadKey(format!("file {} cannot be made: {e}", path.display()))
    };
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = made.map_err(bad)?;
    write(&mut file, keys).and_then(|()| sync_folder(path)).map_err(bad)
}

fn make(path: &Path) -> Result<Keys, OpenError> {
    let bad = |e: std::io::Error| {
        OpenError::BadKey(format!("file {} cannot be made: {e}", path.display()))
    };
    // The folder of the embedded database is there by now; with PostgreSQL nobody else needs one.
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(bad)?;
    }
    let keys: Keys = Zeroizing::new(vec![*fresh(&[])]);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match made {
        Ok(f) => f,
        // Another process of the same first start was faster: its key counts.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            return read_file(path, File::open(path).map_err(bad)?);
        }
        Err(e) => return Err(bad(e)),
    };
    write(&mut file, &keys).and_then(|()| sync_folder(path)).map_err(bad)?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_start_makes_the_folder_of_the_key_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, mode) = (dir.path().join("data"), |p: &Path| {
            fs::metadata(p).unwrap().permissions().mode() & 0o777
        });
        let file = folder.join("zveno.key");
        let keys = make(&file).unwrap();
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert_eq!(*make(&file).unwrap(), *keys, "the one that is there counts");
    }
}
