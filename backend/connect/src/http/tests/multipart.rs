//! Multipart bodies.

use bytes::Bytes;
use proptest::prelude::*;

use crate::http::body::chunks;
use crate::http::{Body, Part};

fn encoded(parts: Vec<Part>) -> (Vec<u8>, String) {
    let (chunks, media) = chunks(&Body::Multipart(parts));
    (chunks.concat(), media.unwrap())
}

fn part(name: &str, filename: Option<&str>, content: &[u8]) -> Part {
    Part {
        name: name.to_owned(),
        filename: filename.map(str::to_owned),
        content_type: filename.map(|_| "text/plain".to_owned()),
        content: Bytes::copy_from_slice(content),
    }
}

#[test]
fn s2_a_repeated_multipart_body_is_byte_equal() {
    let parts = || vec![part("a", None, b"1"), part("f", Some("x.txt"), b"2")];
    assert_eq!(encoded(parts()), encoded(parts()));
    assert_ne!(encoded(parts()).1, encoded(vec![part("a", None, b"2")]).1);
}

#[test]
fn s20_a_file_is_sent_from_where_it_lies_without_a_copy() {
    let delivery = Bytes::from(vec![7u8; 1 << 20]);
    let file = delivery.slice(1_000..900_000);
    let part = Part { content: file.clone(), ..part("document", Some("a.bin"), b"") };
    let (sent, _) = chunks(&Body::Multipart(vec![part]));
    let same = |c: &Bytes| (c.as_ptr(), c.len()) == (file.as_ptr(), file.len());
    assert_eq!(sent.iter().filter(|c| same(c)).count(), 1);
    let around: usize = sent.iter().filter(|c| !same(c)).map(Bytes::len).sum();
    assert!(around < 1_000, "{around} bytes beside the file");
    let (whole, _) = chunks(&Body::Bytes(file.clone()));
    assert!(whole.len() == 1 && same(&whole[0]));
}

async fn read(body: Vec<u8>, media: &str) -> Vec<(String, Option<String>, Vec<u8>)> {
    let boundary = multer::parse_boundary(media).unwrap();
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(body))]);
    let mut form = multer::Multipart::new(stream, boundary);
    let mut out = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        let file = field.file_name().map(str::to_owned);
        out.push((name, file, field.bytes().await.unwrap().to_vec()));
    }
    out
}

proptest! {
    #[test]
    fn data_in_a_multipart_body_is_never_syntax(
        name in "[^\\\\]{1,20}",
        file in proptest::option::of("[^\\\\]{1,20}"),
        content in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let parts = vec![part(&name, file.as_deref(), &content), part("after", None, b"--x\r\n")];
        let (body, media) = encoded(parts);
        let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let got = rt.block_on(read(body, &media));
        prop_assert_eq!(got.len(), 2);
        let escape = |c: char| match c {
            '"' | '\0'..='\x1f' | '\x7f' => format!("%{:02X}", c as u32),
            c => c.to_string(),
        };
        let escaped = |s: &str| s.chars().map(escape).collect::<String>();
        prop_assert_eq!(&got[0].0, &escaped(&name));
        prop_assert_eq!(&got[0].1, &file.as_deref().map(escaped));
        prop_assert_eq!(&got[0].2, &content);
        prop_assert_eq!(&got[1].2, b"--x\r\n");
    }
}
