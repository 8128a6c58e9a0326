//! The nodes of a database (semantics S5).

use domain::node::Role;

use crate::contract;

contract!(a_node_is_listed_with_its_role_until_it_leaves, |t| {
    let lease = t.db.join_as(Role::Worker).await.unwrap();
    let seen = t.db.nodes().await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].id, seen[0].role, seen[0].alive), (lease.node, Role::Worker, true));
    assert_eq!(seen[0].alive_until.is_some(), !t.db.is_sqlite(), "SQLite has no leases");
    if !t.db.is_sqlite() {
        t.exec("UPDATE nodes SET alive_until = 1").await;
        assert!(!t.db.nodes().await.unwrap()[0].alive);
        assert!(t.db.renew(lease).await.unwrap(), "nobody had fenced it");
        t.db.leave(lease).await.unwrap();
        assert!(t.db.nodes().await.unwrap().is_empty());
    }
});

contract!(a_node_of_an_older_version_joins_beside_newer_ones, |t| {
    // What a version writes that knows nothing of roles.
    let id = if t.db.is_sqlite() {
        "x'000000000000000000000000000000aa'"
    } else {
        "'00000000-0000-0000-0000-0000000000aa'"
    };
    let old = "INSERT INTO nodes (id, epoch, alive_until) VALUES";
    t.exec(&format!("{old} ({id}, 1, 9000000000000000000)")).await;
    let seen = t.db.nodes().await.unwrap();
    assert_eq!((seen.len(), seen[0].role, seen[0].alive), (1, Role::All, true));
});
