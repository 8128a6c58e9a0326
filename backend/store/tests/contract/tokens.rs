//! Tokens that the server renews, and what it takes to get them (semantics S13).

use std::collections::BTreeMap;

use domain::ids::{ConnectionId, UserId, WorkspaceId};
use domain::{Secret, Span};
use store::*;

use crate::contract;

fn tokens(access: &str) -> Tokens {
    Tokens {
        secrets: BTreeMap::from([("access_token".to_owned(), Secret::new(access))]),
        fields: BTreeMap::from([("host".to_owned(), "a.test".to_owned())]),
        ..Tokens::default()
    }
}

fn access(t: &Tokens) -> &str {
    t.secrets["access_token"].expose()
}

contract!(s13_one_of_all_nodes_may_renew_and_its_tokens_are_the_only_new_ones, |t| {
    let other = if t.db.is_sqlite() { t.db.clone() } else { t.second().await.unwrap() };
    let (id, now) = (ConnectionId::new(t.now()), t.now());
    assert!(t.db.tokens(id).await.unwrap().is_none());
    for generation in 0..3 {
        let until = now.plus(Span::secs(30));
        let (one, two) = tokio::join!(
            t.db.take_refresh(id, generation, now, until),
            other.take_refresh(id, generation, now, until),
        );
        assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1, "one winner");
        let name = format!("token-{generation}");
        assert!(t.db.put_tokens(id, generation, &tokens(&name)).await.unwrap());
        assert!(!other.put_tokens(id, generation, &tokens("late")).await.unwrap());
        let found = other.tokens(id).await.unwrap().unwrap();
        assert_eq!((found.generation, access(&found)), (generation + 1, name.as_str()));
        assert_eq!(found.fields["host"], "a.test");
    }
    t.restart().await;
    assert_eq!(t.db.tokens(id).await.unwrap().unwrap().generation, 3);
});

contract!(s13_a_renewal_that_died_or_gave_up_is_made_by_the_next_one, |t| {
    let (id, now) = (ConnectionId::new(t.now()), t.now());
    let until = now.plus(Span::secs(30));
    assert!(t.db.take_refresh(id, 0, now, until).await.unwrap());
    assert!(!t.db.take_refresh(id, 0, now.plus(Span::secs(29)), until).await.unwrap());
    assert!(t.db.take_refresh(id, 0, until, until.plus(Span::secs(30))).await.unwrap(), "it died");
    t.db.drop_refresh(id, 0).await.unwrap();
    assert!(t.db.take_refresh(id, 0, now, until).await.unwrap(), "it gave up");
    assert!(!t.db.take_refresh(id, 1, until, until).await.unwrap(), "of another generation");
});

contract!(a_way_back_is_taken_once_and_in_its_time, |t| {
    let state = |ws| OAuthState {
        workspace: ws,
        connection: ConnectionId::new(t.now()),
        person: UserId::new(t.now()),
        sealed: Secret::new("proof"),
    };
    let (kept, now) = (state(WorkspaceId::DEFAULT), t.now());
    let until = now.plus(Span::mins(10));
    t.db.put_oauth_state(vec![1; 32], &kept, until).await.unwrap();
    assert!(t.db.take_oauth_state(vec![2; 32], now).await.unwrap().is_none());
    assert!(t.db.take_oauth_state(vec![1; 32], until).await.unwrap().is_none(), "too late");
    let got = t.db.take_oauth_state(vec![1; 32], now).await.unwrap().unwrap();
    assert_eq!((got.person, got.sealed.expose()), (kept.person, "proof"));
    assert_eq!(got.connection, kept.connection);
    assert!(t.db.take_oauth_state(vec![1; 32], now).await.unwrap().is_none(), "only once");
});

contract!(what_came_of_a_way_back_is_told_to_whoever_began, |t| {
    let (ws, now, person) = (WorkspaceId::DEFAULT, t.now(), UserId::new(t.now()));
    let connection = ConnectionId::new(now);
    let kept = OAuthState { workspace: ws, connection, person, sealed: Secret::new("proof") };
    let until = now.plus(Span::mins(10));
    t.db.put_oauth_state(vec![1; 32], &kept, until).await.unwrap();
    let asked =
        async |ws, person, now| t.db.oauth_outcome(ws, person, vec![1; 32], now).await.unwrap();
    assert_eq!(asked(ws, person, now).await, Some(None), "nobody came back yet");
    t.db.take_oauth_state(vec![1; 32], now).await.unwrap().unwrap();
    assert_eq!(asked(ws, person, now).await, Some(None), "somebody is on the way");
    let later = until.plus(Span::mins(5));
    t.db.end_oauth_state(vec![1; 32], "done", later).await.unwrap();
    assert_eq!(asked(ws, person, until).await, Some(Some("done".into())));
    assert_eq!(asked(ws, person, later).await, None, "for a while only");
    assert_eq!(asked(ws, UserId::new(now), now).await, None, "to nobody else");
    assert_eq!(asked(WorkspaceId::new(now), person, now).await, None, "in no other workspace");
});

contract!(an_application_is_kept_by_workspace_and_sealed, |t| {
    let ws = WorkspaceId::DEFAULT;
    let app = BTreeMap::from([("client_id".to_owned(), Secret::new("id-1"))]);
    assert!(t.db.oauth_app(ws, "acme").await.unwrap().is_none());
    t.db.put_oauth_app(ws, "acme", &app).await.unwrap();
    assert_eq!(t.db.oauth_app(ws, "acme").await.unwrap().unwrap(), app);
    assert!(t.db.oauth_app(ws, "other").await.unwrap().is_none());
    t.db.put_oauth_app(ws, "acme", &BTreeMap::new()).await.unwrap();
    assert!(t.db.oauth_app(ws, "acme").await.unwrap().is_none());
});
