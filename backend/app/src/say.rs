//! What commands write to the terminal.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to the standard output. Whoever reads it may have enough: `zveno run list | head`
/// is no fault of the command, which has done its work.
pub fn line(text: impl Display) {
    written(io::stdout().lock(), format_args!("{text}\n"));
}

/// Writes text that has its own line feeds.
pub fn text(text: &str) {
    written(io::stdout().lock(), format_args!("{text}"));
}

/// Writes a line to the standard error.
pub fn error(text: impl Display) {
    written(io::stderr().lock(), format_args!("{text}\n"));
}

fn written(mut to: impl Write, text: std::fmt::Arguments<'_>) {
    // Nobody is left to hear of a terminal or pipe that is gone.
    let _ = to.write_fmt(text).and_then(|()| to.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe whose reader has gone after some bytes.
    struct Pipe {
        room: usize,
        got: Vec<u8>,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let n = bytes.len().min(self.room);
            self.room -= n;
            self.got.extend(&bytes[..n]);
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_enough_is_no_fault() {
        let mut pipe = Pipe { room: 5, got: Vec::new() };
        written(&mut pipe, format_args!("{}\n", "a long list"));
        assert_eq!(pipe.got, b"a lon");
    }
}
