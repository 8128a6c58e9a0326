//! The file of a backup: made beside its place under another name, synced, then put there, so that
//! a file of the right name is always whole; and the reader of either kind of file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::Secret;

use super::BackupError;
use super::format::torn;
use super::vault::{Opening, Sealing};

const MAGIC: &[u8; 8] = b"ZVENOBAK";
const VERSION: u8 = 1;
const CLEAR: u8 = 0;
const SEALED: u8 = 1;

/// Writes either kind of file.
pub(super) enum Sink {
    Clear(BufWriter<File>),
    Sealed(Box<Sealing<BufWriter<File>>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Clear(w) => w.write(bytes),
            Sink::Sealed(w) => w.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Clear(w) => w.flush(),
            Sink::Sealed(w) => w.flush(),
        }
    }
}

/// A file that is not in its place yet; it is removed unless that happens.
pub(super) struct Part {
    path: PathBuf,
    begun: PathBuf,
    done: bool,
}

impl Part {
    /// Begins a file that only its owner can read.
    pub fn begin(path: &Path, passphrase: Option<&Secret>) -> Result<(Self, Sink), BackupError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(BackupError::Exists(path.display().to_string()));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let fail = |e| BackupError::File(part.display().to_string(), e);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&part);
        let mut to = BufWriter::with_capacity(1 << 20, file.map_err(fail)?);
        let kind = if passphrase.is_some() { SEALED } else { CLEAR };
        let head = head(kind);
        let sink = match passphrase {
            None => to.write_all(&head).map(|()| Sink::Clear(to)),
            Some(p) => to
                .write_all(&head)
                .and_then(|()| Sealing::new(to, &head, p))
                .map(|s| Sink::Sealed(Box::new(s))),
        };
        let sink = sink.map_err(fail)?;
        Ok((Self { path: path.to_owned(), begun: part, done: false }, sink))
    }

    /// Puts the whole file in its place; its size.
    pub fn end(mut self, sink: Sink) -> Result<u64, BackupError> {
        let fail = |e| BackupError::File(self.begun.display().to_string(), e);
        let to = match sink {
            Sink::Clear(w) => w,
            Sink::Sealed(w) => w.end().map_err(fail)?,
        };
        let file = to.into_inner().map_err(|e| fail(e.into_error()))?;
        file.sync_all().map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        fs::rename(&self.begun, &self.path).map_err(fail)?;
        self.done = true;
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).and_then(|f| f.sync_all());
        folder.map_err(|e| BackupError::File(self.path.display().to_string(), e))?;
        Ok(size)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.begun);
        }
    }
}

fn head(kind: u8) -> [u8; 10] {
    let mut head = [0; 10];
    head[..8].copy_from_slice(MAGIC);
    head[8] = VERSION;
    head[9] = kind;
    head
}

/// Reads either kind of file, from behind its head.
pub(super) fn open(
    path: &Path,
    passphrase: Option<&Secret>,
) -> Result<Box<dyn Read + Send>, BackupError> {
    let fail = |e: io::Error| BackupError::File(path.display().to_string(), e);
    let mut from = BufReader::with_capacity(1 << 20, File::open(path).map_err(fail)?);
    let mut found = [0; 10];
    from.read_exact(&mut found).map_err(|_| torn("it is too short"))?;
    if found[..8] != *MAGIC {
        return Err(torn("it does not begin as one"));
    }
    if found[8] != VERSION {
        return Err(torn("it is of another version of the form"));
    }
    match (found[9], passphrase) {
        (CLEAR, _) => Ok(Box::new(from)),
        (SEALED, None) => Err(BackupError::NeedsPassphrase),
        (SEALED, Some(p)) => match Opening::new(from, &found, p) {
            Ok(o) => Ok(Box::new(o)),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => Err(BackupError::WrongPassphrase),
            Err(_) => Err(torn("it is too short")),
        },
        _ => Err(torn("its head is unknown")),
    }
}
