//! Reads an answer to its end, within bounds.

use bytes::{Bytes, BytesMut};
use domain::limits::READ_TIMEOUT;

use super::failure::{self, Progress};
use super::prepared::SendError;

/// The decoded body, at most `limit` bytes of it: what is counted is what comes out of
/// decompression, so a small answer cannot become a large one.
pub async fn body(mut response: reqwest::Response, limit: usize) -> Result<Bytes, SendError> {
    let status = response.status().as_u16();
    let large = || SendError::TooLarge { status, limit };
    if response.content_length().is_some_and(|n| n > limit as u64) {
        return Err(large());
    }
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    loop {
        let chunk = tokio::time::timeout(READ_TIMEOUT.std(), response.chunk())
            .await
            .map_err(|_| failure::late(Progress::Answered(status)))?
            .map_err(|e| failure::of(&e, Progress::Answered(status)))?;
        let Some(chunk) = chunk else { break };
        if first.as_ref().map_or(0, Bytes::len) + rest.len() + chunk.len() > limit {
            return Err(large());
        }
        match &first {
            None => first = Some(chunk),
            Some(_) => rest.extend_from_slice(&chunk),
        }
    }
    Ok(match (first, rest.is_empty()) {
        (None, _) => Bytes::new(),
        (Some(one), true) => one,
        (Some(one), false) => {
            let mut all = BytesMut::with_capacity(one.len() + rest.len());
            all.extend_from_slice(&one);
            all.extend_from_slice(&rest);
            all.freeze()
        }
    })
}
