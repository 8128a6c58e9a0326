use domain::Time;
use domain::clock::ManualClock;

use super::super::client::{SOON, client, send};
use super::*;

// The vector of the reference libraries (libraries/go/webhook_test.go, TestWebhookSign).
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: i64 = 1_614_265_330;
const BODY: &str = r#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn secret() -> Secret {
    Secret::parse(SECRET).unwrap()
}

fn headers(timestamp: &str, signature: &str) -> HeaderMap {
    let pairs =
        [("webhook-id", ID), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
    pairs.into_iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect()
}

fn judged(signature: &str, now_s: i64) -> Result<String, Refusal> {
    let headers = headers(&AT.to_string(), signature);
    verify(&[secret()], &headers, BODY.as_bytes(), now_s).map(str::to_owned)
}

#[test]
fn the_published_vector_is_signed_and_verified() {
    assert_eq!(secret().sign(ID, &AT.to_string(), BODY.as_bytes()), SIGNATURE);
    assert_eq!(judged(SIGNATURE, AT), Ok(ID.to_owned()));
}

#[test]
fn one_matching_signature_of_several_is_enough() {
    let several = format!("v1,AAAA v1a,{} {SIGNATURE}", &SIGNATURE[3..]);
    assert_eq!(judged(&several, AT), Ok(ID.to_owned()));
    assert_eq!(judged(&format!("v2,{}", &SIGNATURE[3..]), AT), Err(Refusal::NoMatch));
}

#[test]
fn the_timestamp_may_be_five_minutes_off_and_no_more() {
    assert_eq!(judged(SIGNATURE, AT + 300), Ok(ID.to_owned()));
    assert_eq!(judged(SIGNATURE, AT + 301), Err(Refusal::TooOld));
    assert_eq!(judged(SIGNATURE, AT - 301), Err(Refusal::TooNew));
    let headers = headers("soon", SIGNATURE);
    assert_eq!(verify(&[secret()], &headers, b"", AT), Err(Refusal::BadTimestamp));
    assert_eq!(verify(&[secret()], &HeaderMap::new(), b"", AT), Err(Refusal::MissingHeader));
}

#[test]
fn a_changed_body_or_another_secret_does_not_match() {
    let headers = headers(&AT.to_string(), SIGNATURE);
    assert_eq!(verify(&[secret()], &headers, b"{}", AT), Err(Refusal::NoMatch));
    let other = Secret::parse(&format!("whsec_{}", STANDARD.encode([7; 32]))).unwrap();
    assert_eq!(
        verify(std::slice::from_ref(&other), &headers, BODY.as_bytes(), AT),
        Err(Refusal::NoMatch)
    );
    assert!(verify(&[other, secret()], &headers, BODY.as_bytes(), AT).is_ok());
    assert_eq!(Secret::parse("whsec_AAAA"), None);
}

async fn deliver(to: &WebhookReceiver, signature: &str) -> u16 {
    let headers = headers(&AT.to_string(), signature);
    let request = client().post(to.http().url("/hook")).headers(headers).body(BODY);
    send(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn only_signed_webhooks_are_taken_and_their_ids_counted() {
    let clock = ManualClock::at(Time(AT * 1_000_000));
    let to = WebhookReceiver::start(vec![secret()], Now::of(clock)).await.unwrap();
    assert_eq!(deliver(&to, "v1,AAAA").await, 401);
    to.fail(2, 503);
    for expected in [503, 503, 204] {
        assert_eq!(deliver(&to, SIGNATURE).await, expected);
    }
    let ids = to.wait_for_taken(1, SOON).await.unwrap();
    assert_eq!((ids.unique(), ids.times(ID)), (1, 3));
    assert_eq!(to.log().all()[0].verdict, Err(Refusal::NoMatch));
    to.gone(true);
    assert_eq!(deliver(&to, SIGNATURE).await, 410);
}
