//! The data folder belongs to one process: a lock on `zveno.lock` by flock(2), held until the
//! process ends. Network file systems are refused: their locks and fsync are not what SQLite
//! needs.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock, statfs};

use crate::OpenError;

/// The lock; dropping it frees the folder.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

/// Makes the folder if there is none, and refuses one on a network.
pub(crate) fn prepare(folder: &Path) -> Result<(), OpenError> {
    let bad =
        |e: std::io::Error| OpenError::NotWritable(folder.display().to_string(), e.to_string());
    // What is in it, deliveries and the key file, is nobody else's business.
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(bad)?;
    let found = statfs(folder).map_err(|e| bad(e.into()))?;
    // The field's width differs between platforms; the magic numbers have 32 bits.
    match network(u64::try_from(found.f_type).unwrap_or(0) & 0xffff_ffff) {
        Some(name) => Err(OpenError::NetworkFs(folder.display().to_string(), name.into())),
        None => Ok(()),
    }
}

/// Takes the folder for this process.
pub(crate) fn take(folder: &Path) -> Result<Lock, OpenError> {
    let name = folder.display().to_string();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("zveno.lock"))
        .map_err(|e| OpenError::NotWritable(name.clone(), e.to_string()))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| OpenError::Locked(name))?;
    Ok(Lock(file))
}

/// Network file systems by their magic numbers (statfs(2) and linux/magic.h).
fn network(magic: u64) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517b => Some("SMB"),
        0xff53_4d42 => Some("CIFS"),
        0xfe53_4d42 => Some("SMB2"),
        0x6573_5546 => Some("FUSE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn network_file_systems_are_known_by_their_numbers() {
        assert_eq!(network(0x6969), Some("NFS"));
        assert_eq!(network(0xff53_4d42), Some("CIFS"));
        assert_eq!(network(0xef53), None, "ext4");
        assert_eq!(network(0x0102_1994), None, "tmpfs");
    }
}
