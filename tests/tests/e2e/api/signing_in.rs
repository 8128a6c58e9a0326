//! Setup, signing in and out, and what protects them.

use domain::ids::WorkspaceId;
use domain::{Role, Span, limits};
use serde_json::json;
use tests::both;
use tests::world::World;
use tests::world::browser::PASSWORD;
use tests::world::client::{self, Request};

both! {
    the_first_person_needs_the_printed_code_and_owns_the_server,
    of_two_first_people_one_is_first,
    a_person_signs_in_and_out,
    a_session_cookie_is_for_this_host_by_https_only_and_for_no_script,
    a_session_begins_under_an_id_that_nobody_could_have_planted,
    an_idle_session_ends_and_an_old_one_too,
    a_person_sees_her_sessions_and_ends_the_others,
    a_new_password_ends_the_other_sessions,
    another_site_changes_nothing,
    guessing_passwords_is_slow_and_keeps_nobody_else_out,
    the_owner_behind_the_same_proxy_address_gets_in_with_a_known_browser,
    wrong_passwords_and_unknown_people_look_the_same,
    answers_tell_browsers_what_not_to_do,
    faults_of_fields_are_named_in_the_language_of_the_caller,
}

const ANNA: &str = "anna@example.org";

async fn the_first_person_needs_the_printed_code_and_owns_the_server(w: &World) {
    let mut b = w.browser();
    assert_eq!(b.get("/setup").await.ok()["needed"], true);
    let body = json!({ "token": "0".repeat(32), "name": "Eve", "email": "eve@example.org", "password": PASSWORD });
    assert_eq!(b.post("/setup", &body).await.refused(403), "setup_refused");
    let token = w.setup_token().await.unwrap();
    w.restart().await;
    assert_eq!(w.setup_token().await.as_ref(), Some(&token), "a restart prints the same link");

    let mut b = w.browser();
    let me = b.set_up(w).await.ok();
    assert_eq!(me["user"]["email"], ANNA);
    assert_eq!(me["user"]["language"], "ru");
    assert_eq!(me["workspace"]["name"], "Bakery");
    assert_eq!(me["workspace"]["role"], "owner");
    assert_eq!(me["workspace"]["id"], WorkspaceId::DEFAULT.to_string());
    assert_eq!(me["server"]["ui_base"], "/");
    assert_eq!(b.get("/me").await.ok()["user"]["name"], "Anna");

    assert_eq!(b.get("/setup").await.ok()["needed"], false);
    assert_eq!(w.setup_token().await, None);
    let again =
        json!({ "token": token, "name": "Eve", "email": "eve@example.org", "password": PASSWORD });
    assert_eq!(w.browser().post("/setup", &again).await.refused(409), "setup_done");
}

async fn of_two_first_people_one_is_first(w: &World) {
    let token = w.setup_token().await.unwrap();
    let body = |n: u8| json!({ "token": token, "name": "X", "email": format!("{n}@example.org"), "password": PASSWORD });
    let (mut here, mut there) = (w.browser(), w.browser());
    let (one, two) = (body(1), body(2));
    let (one, two) = tokio::join!(here.post("/setup", &one), there.post("/setup", &two));
    let mut all = [one.status(), two.status()];
    all.sort_unstable();
    assert_eq!(all, [200, 409]);
}

async fn a_person_signs_in_and_out(w: &World) {
    w.owner().await;
    let mut b = w.browser();
    assert_eq!(b.get("/me").await.refused(401), "sign_in_needed");
    let me = b.sign_in(" ANNA@example.org ", PASSWORD).await.ok();
    assert_eq!(me["user"]["name"], "Anna");
    assert_eq!(b.get("/me").await.ok()["user"]["email"], ANNA);
    let before = b.clone();
    assert_eq!(b.delete("/session").await.status(), 204);
    assert!(!b.cookies.contains_key("zveno"));
    assert_eq!(b.get("/me").await.refused(401), "sign_in_needed");
    // The cookie of before opens nothing any more.
    let mut thief = before;
    assert_eq!(thief.get("/me").await.refused(401), "sign_in_needed");
    let audit = w.api(Role::Owner).await.get("/audit?action=session.").await.ok();
    assert_eq!(audit["items"][0]["action"], "session.started");
}

async fn a_session_cookie_is_for_this_host_by_https_only_and_for_no_script(w: &World) {
    w.owner().await;
    let mut b = w.front("https://zveno.test/prefix").await;
    b.origin = Some("https://zveno.test".into());
    let answer = b.sign_in(ANNA, PASSWORD).await;
    let all = answer.set_cookies();
    let cookie = all.iter().find(|c| c.starts_with("__Host-zveno=")).unwrap();
    for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/;", "Max-Age=2592000"] {
        assert!(format!("{cookie};").contains(flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert!(all.iter().all(|c| c.contains("Secure") && c.contains("HttpOnly")), "{all:?}");
    assert_eq!(answer.reply.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(answer.body["server"]["ui_base"], "/prefix/");
    assert_eq!(b.get("/me").await.status(), 200);
    let out = b.delete("/session").await;
    let gone = out.set_cookies();
    assert!(
        gone.iter().any(|c| c.starts_with("__Host-zveno=;") && c.contains("Secure")),
        "{gone:?}"
    );

    let mut plain = w.browser();
    let answer = plain.sign_in(ANNA, PASSWORD).await;
    let cookie = answer.set_cookies().into_iter().find(|c| c.starts_with("zveno=")).unwrap();
    assert!(cookie.contains("HttpOnly") && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(answer.reply.header("strict-transport-security"), None);
}

async fn a_session_begins_under_an_id_that_nobody_could_have_planted(w: &World) {
    let owner = w.owner().await;
    // An id that the thief made up, and one that the server gave.
    for planted in ["AAAAAAAAAAAAAAAAAAAAAA".to_owned(), owner.cookies["zveno"].clone()] {
        let mut b = w.browser();
        b.cookies.insert("zveno".into(), planted.clone());
        b.sign_in(ANNA, PASSWORD).await.ok();
        assert_ne!(b.cookies["zveno"], planted);
        let mut thief = w.browser();
        thief.cookies.insert("zveno".into(), planted);
        assert_eq!(thief.get("/me").await.refused(401), "sign_in_needed");
    }
}

async fn an_idle_session_ends_and_an_old_one_too(w: &World) {
    let mut b = w.owner().await;
    w.advance(limits::SESSION_IDLE).await;
    assert_eq!(b.get("/me").await.refused(401), "sign_in_needed");
    b.sign_in(ANNA, PASSWORD).await.ok();
    let began = b.cookies.clone();
    let mut days = 0;
    while days < limits::SESSION.as_secs() / 86_400 - 1 {
        w.clock.advance(Span::days(1));
        days += 1;
        assert_eq!(b.get("/me").await.status(), 200, "day {days}");
    }
    w.clock.advance(Span::days(1));
    b.cookies = began;
    assert_eq!(b.get("/me").await.refused(401), "sign_in_needed");
}

async fn a_person_sees_her_sessions_and_ends_the_others(w: &World) {
    let mut here = w.owner().await;
    let (mut there, mut third) = (w.browser(), w.browser());
    w.clock.advance(Span::secs(1));
    there.sign_in(ANNA, PASSWORD).await.ok();
    w.clock.advance(Span::secs(1));
    third.sign_in(ANNA, PASSWORD).await.ok();
    let all = here.get("/me/sessions").await.ok();
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items.iter().filter(|s| s["current"] == true).count(), 1);
    assert_eq!(items[0]["agent"], "Test/1.0");
    assert_eq!(items[0]["ip"], "127.0.0.1");
    let id = items[0]["id"].as_str().unwrap();
    assert_eq!(here.delete(&format!("/me/sessions/{id}")).await.status(), 204);
    assert_eq!(third.get("/me").await.status(), 401);
    assert_eq!(here.delete(&format!("/me/sessions/{id}")).await.refused(404), "not_found");
    assert_eq!(here.delete("/me/sessions").await.status(), 204);
    assert_eq!(there.get("/me").await.status(), 401);
    assert_eq!(here.get("/me/sessions").await.ok()["items"].as_array().unwrap().len(), 1);
}

async fn a_new_password_ends_the_other_sessions(w: &World) {
    let mut here = w.owner().await;
    let mut there = w.browser();
    there.sign_in(ANNA, PASSWORD).await.ok();
    let wrong =
        json!({ "password": { "current": "not it at all", "new": "another battery staple" } });
    let refused = here.patch("/me", &wrong).await;
    assert_eq!(refused.refused(422), "field_invalid");
    assert_eq!(refused.body["problems"][0]["place"], "password.current");
    let right = json!({ "password": { "current": PASSWORD, "new": "another battery staple" }, "theme": "dark", "name": "Anna B." });
    let me = here.patch("/me", &right).await.ok();
    assert_eq!((&me["user"]["theme"], &me["user"]["name"]), (&json!("dark"), &json!("Anna B.")));
    assert_eq!(here.get("/me").await.status(), 200);
    assert_eq!(there.get("/me").await.status(), 401);
    assert_eq!(w.browser().sign_in(ANNA, PASSWORD).await.refused(401), "sign_in_failed");
    w.browser().sign_in(ANNA, "another battery staple").await.ok();
}

async fn another_site_changes_nothing(w: &World) {
    let mut b = w.owner().await;
    let change = json!({ "name": "Mallory" });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut evil = b.clone();
        evil.origin = None;
        let request = Request {
            body: client::json(&change),
            ..evil.request("PATCH", "/me").header(name, value)
        };
        assert_eq!(evil.send(request).await.refused(403), "origin_refused", "{name} {value}");
        let request = evil.request("DELETE", "/session").header(name, value);
        assert_eq!(evil.send(request).await.refused(403), "origin_refused");
    }
    // Not even signing in, so that nobody can be signed in as somebody else.
    let mut evil = w.browser();
    evil.origin = Some("https://evil.example".into());
    assert_eq!(evil.sign_in(ANNA, PASSWORD).await.refused(403), "origin_refused");
    // A cookie without a word of where it comes from.
    let mut silent = b.clone();
    silent.origin = None;
    assert_eq!(silent.patch("/me", &change).await.refused(403), "origin_refused");
    assert_eq!(b.get("/me").await.ok()["user"]["name"], "Anna");
    let own = b.request("PATCH", "/me").header("sec-fetch-site", "same-origin");
    let own = Request { body: client::json(&json!({ "name": "Anna II" })), ..own };
    b.origin = None;
    assert_eq!(b.send(own).await.ok()["user"]["name"], "Anna II");
}

async fn guessing_passwords_is_slow_and_keeps_nobody_else_out(w: &World) {
    w.owner().await;
    let door = w.front("http://zveno.test").await;
    let mut thief = door.fresh().from("203.0.113.9");
    for _ in 0..limits::SIGN_IN_FREE {
        assert_eq!(thief.sign_in(ANNA, "wrong password").await.refused(401), "sign_in_failed");
    }
    let stopped = thief.sign_in(ANNA, PASSWORD).await;
    assert_eq!(stopped.refused(429), "too_many_requests");
    assert_eq!(stopped.reply.header("retry-after"), Some("5"));
    // The owner at another address is not kept out, though nobody knows the browser there.
    door.fresh().from("198.51.100.7").sign_in(ANNA, PASSWORD).await.ok();
    // The wait grows, however the address is written before the proxy.
    w.clock.advance(Span::secs(5));
    thief.from = Some("1.2.3.4, 203.0.113.9".into());
    assert_eq!(thief.sign_in(ANNA, "wrong password").await.refused(401), "sign_in_failed");
    let stopped = thief.sign_in(ANNA, PASSWORD).await;
    assert_eq!(stopped.reply.header("retry-after"), Some("10"));
    w.clock.advance(Span::secs(10));
    thief.sign_in(ANNA, PASSWORD).await.ok();
}

async fn the_owner_behind_the_same_proxy_address_gets_in_with_a_known_browser(w: &World) {
    let mut owner = w.owner().await;
    owner.delete("/session").await.ok();
    let mut thief = w.browser();
    for n in 0..=limits::SIGN_IN_FREE {
        thief.sign_in(ANNA, &format!("wrong password {n}")).await;
    }
    assert_eq!(thief.sign_in(ANNA, PASSWORD).await.refused(429), "too_many_requests");
    owner.sign_in(ANNA, PASSWORD).await.ok();
    // What makes the browser known belongs to this person and opens nothing by itself.
    assert_eq!(w.browser().get("/me").await.status(), 401);
    let mut known = w.browser();
    known.cookies.insert("zveno-device".into(), owner.cookies["zveno-device"].clone());
    assert_eq!(known.get("/me").await.refused(401), "sign_in_needed");
    for _ in 0..limits::SIGN_IN_FREE {
        assert_eq!(known.sign_in(ANNA, "wrong password").await.refused(401), "sign_in_failed");
    }
    assert_eq!(known.sign_in(ANNA, PASSWORD).await.refused(429), "too_many_requests");
}

async fn wrong_passwords_and_unknown_people_look_the_same(w: &World) {
    w.owner().await;
    let (a, b) = (
        w.browser().sign_in(ANNA, "wrong password").await,
        w.browser().sign_in("nobody@example.org", "wrong password").await,
    );
    assert_eq!(a.refused(401), b.refused(401));
    assert_eq!(a.body, b.body);
}

async fn answers_tell_browsers_what_not_to_do(w: &World) {
    let mut b = w.browser();
    for path in ["/setup", "/me", "/nothing"] {
        let reply = b.get(path).await.reply;
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"));
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

async fn faults_of_fields_are_named_in_the_language_of_the_caller(w: &World) {
    let token = w.setup_token().await.unwrap();
    let mut b = w.browser();
    let body = json!({ "token": token, "name": " ", "email": "anna", "password": "short" });
    let answer = b.post("/setup", &body).await;
    assert_eq!(answer.refused(422), "field_invalid");
    let places: Vec<_> =
        answer.body["problems"].as_array().unwrap().iter().map(|p| &p["place"]).collect();
    assert_eq!(places, ["email", "name", "password"]);
    let request = Request {
        body: client::json(&body),
        ..b.request("POST", "/setup").header("accept-language", "ru")
    };
    let answer = b.send(request).await;
    assert_eq!(answer.body["problems"][0]["message"], "введите адрес электронной почты");
    // What is no JSON at all, or has a field of another type, is a problem too and quotes nothing.
    let broken =
        Request { body: client::Body::new("application/json", "{"), ..b.request("POST", "/setup") };
    assert_eq!(b.send(broken).await.refused(400), "bad_request");
    let typed =
        json!({ "token": token, "name": "A", "email": "a@b.c", "password": ["hunter2-planted"] });
    let typed = b.post("/setup", &typed).await;
    assert_eq!(typed.refused(400), "bad_request");
    assert!(!typed.reply.body.contains("planted"));
    assert_eq!(b.delete("/setup").await.refused(405), "bad_request");
}
