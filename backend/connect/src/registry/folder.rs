//! A connector as a folder on disk or as it was sent: the manifest, and the picture beside it.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use domain::Text;
use domain::limits::{ICON_BYTES, MANIFEST_BYTES};

use super::{Asset, Connector, LoadError};

/// The file of a folder that makes it a connector.
pub const MANIFEST: &str = "connector.yaml";

/// The MIME type of a picture by its name; none for other files.
pub fn picture(file: &str) -> Option<&'static str> {
    match file.rsplit('.').next().unwrap_or_default() {
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}

/// Why a picture cannot be shown, with a code.
pub fn unfit(bytes: &[u8]) -> Option<(&'static str, Text)> {
    if bytes.len() > ICON_BYTES {
        let text = Text::new("the icon is larger than 32 KiB", "иконка больше 32 КиБ");
        return Some(("icon_size", text));
    }
    let text = String::from_utf8_lossy(bytes);
    let lively = ["<script", "href=\"http", "<image", "<foreignObject", "javascript:"];
    let (en, ru) = (
        "an icon has no script and nothing from elsewhere",
        "в иконке нет скриптов и ничего со стороны",
    );
    lively.iter().any(|w| text.contains(w)).then(|| ("icon_content", Text::new(en, ru)))
}

/// Reads, checks and compiles the connector of a folder.
///
/// # Errors
/// It cannot be read, or is wrong; the error has file, line and reason.
pub fn read(folder: &Path) -> Result<Connector, LoadError> {
    let path = folder.join(MANIFEST);
    let file = path.display().to_string();
    let broken = |file: &str, reason: String| LoadError::File { file: file.to_owned(), reason };
    let size = fs::metadata(&path).map_err(|e| broken(&file, e.to_string()))?.len();
    if size > MANIFEST_BYTES {
        return Err(broken(&file, format!("a manifest has at most {MANIFEST_BYTES} bytes")));
    }
    let text = fs::read_to_string(&path).map_err(|e| broken(&file, e.to_string()))?;
    let mut connector = Connector::read(&file, &text)?;
    if folder.file_name().is_none_or(|n| n.to_string_lossy() != connector.name.as_str()) {
        let reason = format!("name: the folder has another name than \"{}\"", connector.name);
        return Err(broken(&file, reason));
    }
    let Some(icon) = connector.manifest.display.icon.clone() else { return Ok(connector) };
    let at = folder.join(&icon);
    let bytes = fs::read(&at).map_err(|e| broken(&at.display().to_string(), e.to_string()))?;
    connector.with_icon(bytes.into()).map_err(|e| broken(&at.display().to_string(), e.en))?;
    Ok(connector)
}

impl Connector {
    /// Gives it the picture that its manifest names.
    ///
    /// # Errors
    /// It is too large, no picture, or more than one.
    pub fn with_icon(&mut self, bytes: Bytes) -> Result<(), Text> {
        let name = self.manifest.display.icon.as_deref().unwrap_or_default();
        let Some(mime) = picture(name) else {
            return Err(Text::new("an icon is SVG or PNG", "иконка — это SVG или PNG"));
        };
        if let Some((_, why)) = unfit(&bytes) {
            return Err(why);
        }
        self.icon = Some(Asset { bytes, mime });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "sdk: 1\nname: acme\nversion: 1.0.0\ndisplay:\n  title: Acme\n  description: A shop\n  icon: icon.svg\nhosts: [api.acme.example]\nactions:\n  ping:\n    title: Ping\n    call: {url: \"https://api.acme.example/ping\"}\n";

    fn folder(manifest: &str, icon: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let acme = root.path().join("acme");
        fs::create_dir(&acme).unwrap();
        fs::write(acme.join(MANIFEST), manifest).unwrap();
        fs::write(acme.join("icon.svg"), icon).unwrap();
        root
    }

    #[test]
    fn a_folder_is_read_with_its_icon() {
        let root = folder(MINIMAL, "<svg/>");
        let c = read(&root.path().join("acme")).unwrap();
        assert_eq!(c.asset("icon.svg").unwrap().bytes, "<svg/>");
        assert!(c.asset("other.svg").is_none());
    }

    #[test]
    fn a_broken_folder_is_refused_with_file_line_and_reason() {
        let root = folder(&MINIMAL.replace("version: 1.0.0", "versoin: 1.0.0"), "<svg/>");
        let e = read(&root.path().join("acme")).unwrap_err().to_string();
        assert!(e.contains("acme/connector.yaml:3:") && e.contains("versoin"), "{e}");
        let root = folder(MINIMAL, "<svg><script>alert(1)</script></svg>");
        let e = read(&root.path().join("acme")).unwrap_err().to_string();
        assert!(e.contains("icon.svg: an icon has no script"), "{e}");
        let other = root.path().join("other");
        fs::rename(root.path().join("acme"), &other).unwrap();
        assert!(read(&other).unwrap_err().to_string().contains("another name"));
        assert!(read(root.path()).unwrap_err().to_string().contains("connector.yaml"));
    }
}
