//! `Content-Encoding` of deliveries: gzip is undone before a delivery is judged or stored, so
//! signatures, file ranges and the stored raw bytes are those of the body itself. Anything else is
//! answered 415.

use std::io::Read;

use bytes::Bytes;
use domain::Text;
use domain::delivery::{Answer, RawDelivery};
use flate2::read::MultiGzDecoder;

/// Undoes gzip in place and removes the header.
///
/// # Errors
/// The answer to send, with nothing stored: 413 for more than `max` bytes after decompression, 415
/// for another encoding, 400 for broken gzip.
pub fn decode(raw: &mut RawDelivery, max: usize) -> Result<(), Answer> {
    let Some(coding) = of(raw) else { return Ok(()) };
    if !matches!(coding, "gzip" | "x-gzip") {
        return Err(unsupported());
    }
    // One byte more than allowed tells too much from just enough; memory stays bounded.
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::new();
    if MultiGzDecoder::new(&*raw.body).take(limit).read_to_end(&mut body).is_err() {
        return Err(Answer::text(400, "the gzip body is broken"));
    }
    if body.len() > max {
        return Err(Answer::text(413, format!("the body is larger than {max} bytes")));
    }
    raw.body = Bytes::from(body);
    raw.headers.retain(|(n, _)| n != "content-encoding" && n != "content-length");
    Ok(())
}

/// The encoding of the body, if it has one.
pub(super) fn of(raw: &RawDelivery) -> Option<&str> {
    let coding = raw.header("content-encoding")?.trim();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

pub(super) fn unsupported() -> Answer {
    let mut answer = Answer::text(415, "send the body as it is or with gzip");
    answer.headers.push(("accept-encoding".into(), "gzip, identity".into()));
    answer
}

pub(super) fn reason(coding: &str) -> Text {
    let short: String = coding.chars().take(40).collect();
    Text::new(format!("the body is encoded as {short}"), format!("тело сжато способом {short}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{IpAddr, Ipv4Addr};

    use domain::Time;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn delivery(coding: &str, body: &[u8]) -> RawDelivery {
        RawDelivery {
            method: "POST".into(),
            path: String::new(),
            query: String::new(),
            headers: vec![("content-encoding".into(), coding.into())],
            body: Bytes::copy_from_slice(body),
            remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            received_at: Time(0),
        }
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut z = GzEncoder::new(Vec::new(), Compression::default());
        z.write_all(body).unwrap();
        z.finish().unwrap()
    }

    #[test]
    fn gzip_is_undone_and_its_header_removed() {
        let mut raw = delivery("gzip", &gzip(b"{\"a\":1}"));
        decode(&mut raw, 100).unwrap();
        assert_eq!((&raw.body[..], raw.headers.len()), (&b"{\"a\":1}"[..], 0));
        let mut raw = delivery("identity", b"x");
        decode(&mut raw, 100).unwrap();
        assert_eq!(&raw.body[..], b"x");
    }

    #[test]
    fn the_size_after_decompression_counts() {
        let mut raw = delivery("gzip", &gzip(&vec![0; 10_000_000]));
        assert!(raw.body.len() < 20_000, "a small body that grows");
        assert_eq!(decode(&mut raw, 1 << 20).unwrap_err().status, 413);
        let mut raw = delivery("gzip", &gzip(&[0; 100]));
        assert!(decode(&mut raw, 100).is_ok(), "the limit itself is allowed");
    }

    #[test]
    fn other_encodings_and_broken_gzip_are_refused() {
        assert_eq!(decode(&mut delivery("br", b"x"), 100).unwrap_err().status, 415);
        assert_eq!(decode(&mut delivery("gzip, gzip", b"x"), 100).unwrap_err().status, 415);
        assert_eq!(decode(&mut delivery("gzip", b"not gzip"), 100).unwrap_err().status, 400);
        let whole = gzip(b"hello hello hello");
        assert_eq!(decode(&mut delivery("gzip", &whole[..12]), 100).unwrap_err().status, 400);
    }
}
