//! The folder of the built web UI must be there to be embedded. Where nobody has built it, a page
//! that says so stands in.

use std::path::Path;
use std::{fs, io};

const DIST: &str = "../../frontend/dist";

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
  <head>
    <meta charset=\"utf-8\" />
    <base href=\"/\" />
    <title>Zveno</title>
  </head>
  <body>
    <h1>Zveno</h1>
    <p>The web UI is not built. Run <code>cargo xtask run</code>, or use the command line:
      <code>zveno --help</code></p>
    <p lang=\"ru\">Веб-интерфейс не собран. Выполните <code>cargo xtask run</code> или пользуйтесь
      командной строкой: <code>zveno --help</code></p>
  </body>
</html>
";

fn main() -> io::Result<()> {
    let index = Path::new(DIST).join("index.html");
    if !index.exists() {
        fs::create_dir_all(DIST)?;
        fs::write(&index, PAGE)?;
    }
    println!("cargo:rerun-if-changed={DIST}");
    Ok(())
}
