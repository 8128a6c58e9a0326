//! What commands read: documents and secrets from files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use engine::manage::start::Sheet;
use serde_json::Value;

use super::args::{AddArgs, ImportArgs, StartArgs, VerdictArgs};
use crate::ops::flow::{AddOp, ImportOp};
use crate::ops::look::VerdictOp;
use crate::ops::{Failure, Op};

pub(super) fn import(a: ImportArgs) -> Result<Op, Failure> {
    let mut secrets = BTreeMap::new();
    for (name, value) in a.secrets {
        secrets.insert(name, secret(&value)?);
    }
    Ok(Op::FlowImport(ImportOp {
        doc: document(&a.file)?,
        publish: a.publish,
        address: a.address,
        update: a.update,
        connections: a.connections.into_iter().collect(),
        secrets,
    }))
}

pub(super) fn start(a: StartArgs) -> Result<Op, Failure> {
    let id = a.id;
    let Some(file) = a.csv else {
        let data = match a.data {
            Some(file) => serde_json::from_str(&read(&file)?)
                .map_err(|e| Failure::bad(format!("{}: {e}", file.display())))?,
            None => Value::Null,
        };
        return Ok(Op::FlowStart { id, data });
    };
    let bytes = bytes(&file)?;
    if bytes.len() > domain::limits::IMPORT_BYTES {
        let most = domain::limits::IMPORT_BYTES;
        return Err(Failure::bad(format!("{} is larger than {most} bytes", file.display())));
    }
    let sheet = Sheet {
        csv: engine::triggers::csv::text(&bytes).into_owned(),
        map: a.map.into_iter().collect(),
        skip_faulty: a.skip_faulty,
        rate: a.rate,
    };
    Ok(if a.dry_run { Op::FlowTryRows { id, sheet } } else { Op::FlowStartRows { id, sheet } })
}

pub(super) fn add(a: AddArgs) -> Result<Op, Failure> {
    let mut secrets = BTreeMap::new();
    for (name, file) in a.secret_files {
        secrets.insert(name, read(Path::new(&file)).map(trimmed)?);
    }
    Ok(Op::ConnectionAdd(AddOp {
        name: a.name,
        connector: a.connector,
        method: a.method,
        fields: a.set.into_iter().collect(),
        secrets,
    }))
}

pub(super) fn verdict(a: VerdictArgs) -> Result<VerdictOp, Failure> {
    Ok(match a.done {
        Some(text) => VerdictOp::Done(
            serde_json::from_str(&text)
                .map_err(|e| Failure::bad(format!("--done takes JSON: {e}")))?,
        ),
        None if a.fail => VerdictOp::Fail,
        None => VerdictOp::Retry,
    })
}

/// A flow document, YAML or JSON.
pub(super) fn document(file: &Path) -> Result<Value, Failure> {
    let text = read(file)?;
    // JSON is read as JSON, so that its faults are named in its own words.
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(&text)
            .map_err(|e| Failure::bad(format!("{}: {e}", file.display())));
    }
    serde_saphyr::from_str(&text).map_err(|e| Failure::bad(format!("{}: {e}", file.display())))
}

/// `@FILE`: secrets are never taken from the command line itself, which others can see.
pub(super) fn secret(value: &str) -> Result<String, Failure> {
    let file = value.strip_prefix('@').ok_or_else(|| {
        Failure::bad(
            "a secret is read from a file: name=@FILE (the command line is visible to others)",
        )
    })?;
    read(Path::new(file)).map(trimmed)
}

/// A password; the last line break of the file is not part of it.
pub(super) fn password(file: &Path) -> Result<String, Failure> {
    read(file).map(trimmed)
}

fn trimmed(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(bytes(file)?);
    text.map_err(|e| Failure::bad(format!("cannot read {}: {e}", file.display())))
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file == Path::new("-") {
        let mut all = Vec::new();
        std::io::stdin().read_to_end(&mut all).map(|_| all)
    } else {
        fs::read(file)
    };
    read.map_err(|e| Failure::bad(format!("cannot read {}: {e}", file.display())))
}
