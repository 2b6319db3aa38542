//! Graphs, targets and plans, as the checker and the runner use them.

use mina_core::history::graph::Name;
use mina_core::history::{Goal, Graph, Node, Plan, Set};
use proptest::prelude::*;

fn node(id: &'static str, parents: &[&'static str]) -> Node {
    Node {
        id: id.into(),
        parents: parents.iter().map(|&parent| parent.into()).collect(),
        ..Node::default()
    }
}

fn labelled(id: &'static str, parents: &[&'static str], label: &'static str) -> Node {
    Node {
        label: Some(label.into()),
        ..node(id, parents)
    }
}

fn line() -> Graph {
    Graph::new(vec![node("a1", &[]), node("a2", &["a1"]), node("a3", &["a2"]), node("b4", &["a3"])])
}

/// 1t ← 2t ← 4t ← 6t, and from 2t the branch `shop`: 3s ← 5s (which declares the label) ← 7s.
fn branched() -> Graph {
    Graph::new(vec![
        node("1t", &[]),
        node("2t", &["1t"]),
        node("3s", &["2t"]),
        node("4t", &["2t"]),
        labelled("5s", &["3s"], "shop"),
        node("6t", &["4t"]),
        node("7s", &["5s"]),
    ])
}

/// a1 ← a2, a1 ← b2, both merged by m3 ← n4.
fn merged() -> Graph {
    Graph::new(vec![
        node("a1", &[]),
        node("a2", &["a1"]),
        node("b2", &["a1"]),
        node("m3", &["a2", "b2"]),
        node("n4", &["m3"]),
    ])
}

fn set(graph: &Graph, ids: &str) -> Set {
    let (set, unknown) = graph.known(ids.split_whitespace());
    assert!(unknown.is_empty(), "{unknown:?}");
    set
}

fn ids(graph: &Graph, revisions: impl IntoIterator<Item = usize>) -> String {
    revisions.into_iter().map(|i| graph.id(i)).collect::<Vec<_>>().join(" ")
}

fn up(graph: &Graph, applied: &str, target: &str) -> String {
    let applied = set(graph, applied);
    match graph.resolve_upgrade(target, &applied) {
        Ok(goal) => {
            let plan = graph.plan(&applied, &goal);
            assert!(plan.down.is_empty());
            ids(graph, plan.up)
        }
        Err(error) => error.to_string(),
    }
}

fn down(graph: &Graph, applied: &str, target: &str) -> String {
    let applied = set(graph, applied);
    match graph.resolve_downgrade(target, &applied) {
        Ok(goal) => {
            let plan = graph.plan(&applied, &goal);
            assert!(plan.up.is_empty());
            ids(graph, plan.down)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_line_goes_up_in_the_order_of_the_ids_and_down_in_reverse() {
    let graph = line();
    assert_eq!(up(&graph, "", "head"), "a1 a2 a3 b4");
    assert_eq!(up(&graph, "a1", "heads"), "a2 a3 b4");
    assert_eq!(up(&graph, "a1", "a3"), "a2 a3");
    assert_eq!(up(&graph, "a1 a2 a3 b4", "head"), "");
    assert_eq!(down(&graph, "a1 a2 a3 b4", "base"), "b4 a3 a2 a1");
    assert_eq!(down(&graph, "a1 a2 a3 b4", "a2"), "b4 a3");
    assert_eq!(down(&graph, "a1 a2 a3 b4", "head"), "");
}

#[test]
fn steps_count_from_what_is_applied_or_from_a_symbol() {
    let graph = line();
    assert_eq!(up(&graph, "", "+1"), "a1");
    assert_eq!(up(&graph, "a1", "+2"), "a2 a3");
    assert_eq!(up(&graph, "a1", "current+1"), "a2");
    assert_eq!(up(&graph, "", "base+2"), "a1 a2");
    assert_eq!(up(&graph, "", "head-1"), "a1 a2 a3");
    assert_eq!(up(&graph, "", "a1+1"), "a1 a2");
    assert_eq!(down(&graph, "a1 a2 a3", "-1"), "a3");
    assert_eq!(down(&graph, "a1 a2 a3", "current-2"), "a3 a2");
    assert_eq!(down(&graph, "a1 a2 a3 b4", "head-2"), "b4 a3");
    assert_eq!(down(&graph, "a1 a2 a3 b4", "base+1"), "b4 a3 a2");
    assert_eq!(down(&graph, "a1 a2", "a1-1"), "a2 a1");
    assert_eq!(up(&graph, "a1 a2 a3", "+2"), "`+2` goes 2 steps up, but there is only 1");
    assert_eq!(down(&graph, "a1 a2", "-3"), "`-3` goes 3 steps down, but there are only 2");
    assert_eq!(down(&graph, "", "-1"), "`-1` goes 1 step down, but there is none");
    assert_eq!(up(&graph, "", "head+1"), "`head+1` goes 1 step up, but there is none");
}

#[test]
fn prefixes_labels_and_aliases_are_found_and_ambiguity_lists_the_candidates() {
    let mut nodes = line().nodes().to_vec();
    nodes[2].alias = Some("6f9f2dd343f5".into());
    let graph = Graph::new(nodes);
    assert_eq!(up(&graph, "", "b"), "a1 a2 a3 b4");
    assert_eq!(up(&graph, "", "6f9f2dd343f5"), "a1 a2 a3");
    assert_eq!(up(&graph, "", "6f9"), "a1 a2 a3");
    assert_eq!(up(&graph, "", "a"), "`a` could be `a1`, `a2` and `a3`; give more of the id");
    assert_eq!(up(&branched(), "1t 2t", "shop"), "3s 5s");
}

#[test]
fn what_does_not_exist_is_refused_with_a_guess() {
    let graph = branched();
    assert_eq!(
        up(&graph, "", "shpo"),
        "there is no revision, label or alias `shpo`; did you mean `shop`?"
    );
    assert_eq!(
        up(&graph, "", "Head"),
        "there is no revision, label or alias `Head`; did you mean `head`?"
    );
    assert_eq!(
        up(&graph, "", "zzzzzzzz"),
        "there is no revision, label or alias `zzzzzzzz`; `history` lists what there is"
    );
    assert_eq!(
        up(&Graph::default(), "", "zzzzzzzz"),
        "there is no revision, label or alias `zzzzzzzz`; the history is empty"
    );
}

#[test]
fn what_is_no_target_is_refused_with_the_reason() {
    let graph = line();
    for (target, reason) in [
        (
            "",
            "the target is empty; give a revision, `head`, `base`, or steps such as `+1` and `-1`",
        ),
        ("@head", "`@head` is no target: a branch goes before `@`"),
        ("shop@", "`shop@` is no target: `head`, `base`, a revision or steps go after `@`"),
        ("+1+1", "`+1+1` is no target: one number of steps goes after `+` or `-`"),
        ("a1+", "`a1+` is no target: one number of steps goes after `+` or `-`"),
        (
            "+99999999999999999999",
            "`+99999999999999999999` is no target: that many steps cannot be",
        ),
        ("a1:a2", "`a1:a2` is no target: a range `from:to` is for `history` and `sql`"),
        ("a 1", "`a 1` is no target: ids, labels and aliases are letters, digits and `_`"),
        ("a@b@c", "`a@b@c` is no target: ids, labels and aliases are letters, digits and `_`"),
    ] {
        assert_eq!(up(&graph, "", target), reason);
        assert_eq!(down(&graph, "", target), reason);
    }
}

#[test]
fn the_wrong_way_is_pointed_out() {
    let graph = line();
    assert_eq!(up(&graph, "a1", "-1"), "`-1` leads down; use `downgrade -1`");
    assert_eq!(up(&graph, "a1", "base"), "`base` leads down; use `downgrade base`");
    assert_eq!(down(&graph, "a1", "+1"), "`+1` leads up; use `upgrade +1`");
    assert_eq!(
        up(&graph, "a1 a2 a3", "a1"),
        "`a1` is already applied, with `a3` above it; to go back to it, use `downgrade a1`"
    );
    assert_eq!(up(&graph, "a1 a2 a3", "a3"), "");
    assert_eq!(
        down(&graph, "a1", "a3"),
        "`a3` is not applied, so nothing can be taken back to it; the database is at `a1`"
    );
    assert_eq!(
        down(&graph, "", "a3"),
        "`a3` is not applied, so nothing can be taken back to it; nothing is applied"
    );
}

#[test]
fn several_heads_need_a_choice() {
    let graph = branched();
    assert_eq!(
        up(&graph, "", "head"),
        "`head` means one revision, but `6t` and `7s` are heads; use `heads` for all of them, name one (`7s` or `label@head`), or merge them"
    );
    assert_eq!(up(&graph, "", "heads"), "1t 2t 3s 4t 5s 6t 7s");
    assert_eq!(up(&graph, "", "shop@head"), "1t 2t 3s 5s 7s");
    assert_eq!(up(&graph, "", "6t@head"), "1t 2t 4t 6t");
    assert_eq!(
        up(&graph, "", "2t@head-1"),
        "`2t@head-1` means one revision, but `6t` and `7s` are heads; use `heads` for all of them, name one (`7s` or `label@head`), or merge them"
    );
    assert_eq!(
        up(&graph, "1t 2t", "+1"),
        "`+1` is ambiguous: `3s` and `4t` could be next after `2t`; name one of them"
    );
    assert_eq!(up(&graph, "1t 2t", "shop@+1"), "3s");
    assert_eq!(up(&graph, "1t 2t 4t 6t", "+1"), "`+1` goes 1 step up, but there is none");
    assert_eq!(up(&graph, "1t 2t 4t 6t", "shop@+2"), "3s 5s");
    assert_eq!(up(&graph, "", "shop@+1"), "1t");
    assert_eq!(
        up(&graph, "1t 2t 4t 6t", "shop@head+1"),
        "`shop@head+1` goes 1 step up, but there is none"
    );
    assert_eq!(up(&graph, "", "shop@6t"), "`6t` is not on the branch `shop`");
}

#[test]
fn one_branch_goes_down_and_the_others_stay() {
    let graph = branched();
    let all = "1t 2t 3s 4t 5s 6t 7s";
    assert_eq!(
        down(&graph, all, "-1"),
        "`-1` is ambiguous: nothing applied builds on `6t` and `7s`; say which with `7s@-1`, or name the revision to go back to"
    );
    assert_eq!(down(&graph, all, "shop@-1"), "7s");
    assert_eq!(down(&graph, all, "6t@-1"), "6t");
    assert_eq!(down(&graph, all, "shop@base"), "7s 5s 3s");
    assert_eq!(down(&graph, all, "shop@2t"), "7s 5s 3s");
    assert_eq!(down(&graph, all, "3s"), "7s 5s");
    assert_eq!(down(&graph, all, "shop@-4"), "`shop@-4` goes 4 steps down, but there are only 3");
    assert_eq!(down(&graph, "1t 2t 4t", "shop@-1"), "nothing on the branch `shop` is applied");
    assert_eq!(down(&graph, all, "1t"), "7s 6t 5s 4t 3s 2t");
}

#[test]
fn what_depends_on_a_revision_goes_down_with_it() {
    let depending = Node {
        depends_on: vec!["a2".into()],
        ..node("s4", &["s3"])
    };
    let graph = Graph::new(vec![node("a1", &[]), node("a2", &["a1"]), labelled("s3", &[], "shop"), depending]);
    assert_eq!(up(&graph, "", "shop@head"), "a1 a2 s3 s4");
    assert_eq!(down(&graph, "a1 a2 s3 s4", "a1"), "s4 a2");
    assert_eq!(down(&graph, "a1 a2 s3 s4", "-1"), "s4");
    assert_eq!(ids(&graph, graph.heads()), "a2 s4");
    assert_eq!(ids(&graph, graph.heads_of(&graph.all())), "s4");
}

#[test]
fn a_merge_comes_off_alone_and_what_is_below_it_needs_a_choice() {
    let graph = merged();
    let all = "a1 a2 b2 m3 n4";
    assert_eq!(down(&graph, all, "-2"), "n4 m3");
    assert_eq!(
        down(&graph, all, "-3"),
        "`-3` is ambiguous: nothing applied builds on `a2` and `b2` after 2 steps; name the revision to go back to"
    );
    assert_eq!(down(&graph, all, "a2"), "n4 m3");
    assert_eq!(down(&graph, all, "a1"), "n4 m3 b2 a2");
    assert_eq!(up(&graph, "a1 a2 b2", "+1"), "m3");
    assert_eq!(up(&graph, "a1 a2", "+1"), "b2 m3");
    assert_eq!(
        up(&graph, "", "head-2"),
        "`head-2` is ambiguous: `m3` revises `a2` and `b2`; name one of them"
    );
    assert_eq!(up(&graph, "", "a2@head-2"), "a1 a2");
}

#[test]
fn stamping_moves_one_branch_and_keeps_the_others() {
    let graph = branched();
    let stamp = |applied: &str, target: &str| {
        let goal = graph.resolve_stamp(target, &set(&graph, applied)).unwrap();
        ids(&graph, goal.0.iter())
    };
    assert_eq!(stamp("", "6t"), "1t 2t 4t 6t");
    assert_eq!(stamp("1t 2t 4t 6t 3s 5s 7s", "3s"), "1t 2t 3s 4t 6t");
    assert_eq!(stamp("1t 2t", "heads"), "1t 2t 3s 4t 5s 6t 7s");
    assert_eq!(stamp("1t 2t", "base"), "");
}

#[test]
fn ranges_hold_both_ends() {
    let graph = branched();
    let applied = set(&graph, "1t 2t");
    let range = |range: &str| {
        let range = graph.resolve_range(range, &applied);
        range.map(|all| ids(&graph, all)).map_err(|error| error.to_string())
    };
    assert_eq!(range("2t:6t").unwrap(), "2t 4t 6t");
    assert_eq!(range(":2t").unwrap(), "1t 2t");
    assert_eq!(range("5s:").unwrap(), "5s 7s");
    assert_eq!(range("current:shop@head").unwrap(), "2t 3s 5s 7s");
    assert_eq!(range("base:1t").unwrap(), "1t");
    assert_eq!(range("shop").unwrap(), "5s");
    assert_eq!(
        range("5s:6t").unwrap_err(),
        "`6t` does not build on `5s`, so there is no range from one to the other"
    );
}

#[test]
fn labels_reach_down_to_the_branch_point_and_up_to_every_head() {
    let graph = branched();
    let carrying = (0..graph.len()).filter(|&i| graph.labels(i).any(|label| label == "shop"));
    assert_eq!(ids(&graph, carrying), "3s 5s 7s");
    assert_eq!(ids(&graph, graph.unlabelled_heads()), "6t");
}

#[test]
fn a_label_under_two_heads_tells_neither_from_the_other() {
    let graph = Graph::new(vec![labelled("a1", &[], "shop"), node("a2", &["a1"]), node("a3", &["a1"])]);
    assert_eq!(ids(&graph, graph.unlabelled_heads()), "a2 a3");
}

#[test]
fn cycles_are_cut_and_told() {
    let graph = Graph::new(vec![
        node("a", &["c"]),
        node("b", &["a"]),
        node("c", &["b"]),
        node("d", &["c"]),
        node("e", &["e"]),
        node("f", &["missing"]),
    ]);
    let mut cycles: Vec<String> = graph.cycles().iter().map(|cycle| ids(&graph, cycle.iter().copied())).collect();
    cycles.sort();
    assert_eq!(cycles, ["a c b", "e"]);
    assert_eq!(graph.order().len(), 6);
}

#[test]
fn ten_thousand_revisions_are_no_wait() {
    let id = |i: usize| Name::from(format!("{i:014}"));
    let nodes = (0..10_000).map(|i| Node {
        id: id(i),
        parents: if i == 0 { Vec::new() } else { vec![id(i - 1)] },
        ..Node::default()
    });
    let start = std::time::Instant::now();
    let graph = Graph::new(nodes.collect());
    let goal = graph.resolve_upgrade("head", &graph.none()).unwrap();
    assert_eq!(graph.plan(&graph.none(), &goal).up.len(), 10_000);
    assert!(graph.is_linear());
    assert!((1..10_000).all(|i| graph.is_ancestor(i - 1, i)));
    assert!(start.elapsed().as_secs_f32() < 5.0, "{:?}", start.elapsed());
}

fn any_graph() -> impl Strategy<Value = Graph> {
    let node = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::option::weighted(0.1, any::<prop::sample::Index>()),
        prop::bool::weighted(0.2),
    );
    prop::collection::vec(node, 1..14).prop_map(|drawn| {
        let id = |i: usize| Name::from(format!("r{i:02}"));
        let nodes = drawn.into_iter().enumerate().map(|(i, (parents, depends_on, label))| Node {
            id: id(i),
            parents: parents
                .iter()
                .filter(|_| i > 0)
                .map(|parent| id(i - 1 - parent.index(i.min(3))))
                .collect(),
            depends_on: depends_on.iter().filter(|_| i > 0).map(|on| id(on.index(i))).collect(),
            label: label.then(|| format!("label{i}").into()),
            alias: None,
            squashes: Vec::new(),
        });
        Graph::new(nodes.collect())
    })
}

fn any_target() -> impl Strategy<Value = (bool, String)> {
    let target = prop_oneof![
        (0..14usize).prop_map(|i| format!("r{i:02}")),
        (0..14usize, 1..4i32).prop_map(|(i, steps)| format!("r{i:02}@-{steps}")),
        (0..14usize, 1..4i32).prop_map(|(i, steps)| format!("r{i:02}@+{steps}")),
        (0..14usize).prop_map(|i| format!("label{i}@head")),
        (0..14usize).prop_map(|i| format!("label{i}@base")),
        (0..14usize, -2..3i32).prop_map(|(i, steps)| format!("r{i:02}{steps:+}")),
        (1..4i32).prop_map(|steps| format!("+{steps}")),
        (1..4i32).prop_map(|steps| format!("-{steps}")),
        Just("head".to_owned()),
        Just("heads".to_owned()),
        Just("base".to_owned()),
    ];
    (any::<bool>(), target)
}

fn is_closed(graph: &Graph, set: &Set) -> bool {
    set.iter().all(|i| graph.edges(i).all(|below| set.contains(below)))
}

fn run(graph: &Graph, applied: &mut Set, plan: &Plan) {
    for &i in &plan.down {
        assert!(applied.remove(i), "{} is reverted but not applied", graph.id(i));
        assert!(is_closed(graph, applied), "{} is reverted under another", graph.id(i));
    }
    for &i in &plan.up {
        assert!(applied.insert(i), "{} is applied twice", graph.id(i));
        assert!(is_closed(graph, applied), "{} is applied before what it builds on", graph.id(i));
    }
}

fn after_upgrade(graph: &Graph, target: &str) -> Set {
    let goal = graph.resolve_upgrade(target, &graph.none());
    goal.map_or_else(|_| graph.none(), |goal| goal.0)
}

proptest! {
    #[test]
    fn every_plan_leads_to_its_goal_over_closed_sets(graph in any_graph(), targets in prop::collection::vec(any_target(), 1..12)) {
        let mut applied = graph.none();
        for (upgrade, target) in targets {
            let goal = match upgrade {
                true => graph.resolve_upgrade(&target, &applied),
                false => graph.resolve_downgrade(&target, &applied),
            };
            let Ok(goal) = goal else { continue };
            let before = applied.clone();
            let plan = graph.plan(&applied, &goal);
            run(&graph, &mut applied, &plan);
            prop_assert_eq!(&applied, &goal.0);
            prop_assert!(plan.up.is_empty() || plan.down.is_empty());

            let back = graph.plan(&applied, &Goal(before));
            prop_assert_eq!(back.down.into_iter().rev().collect::<Vec<_>>(), plan.up);
            prop_assert_eq!(back.up.into_iter().rev().collect::<Vec<_>>(), plan.down);
        }
    }

    #[test]
    fn plans_to_a_revision_touch_no_more_than_they_must(graph in any_graph(), start in any_target(), to in any::<prop::sample::Index>()) {
        let applied = after_upgrade(&graph, &start.1);
        let to = to.index(graph.len());
        if let Ok(goal) = graph.resolve_upgrade(graph.id(to), &applied) {
            for i in graph.plan(&applied, &goal).up {
                prop_assert!(i == to || graph.is_ancestor(i, to));
            }
            prop_assert!(goal.0.contains(to));
        }
        if let Ok(goal) = graph.resolve_downgrade(graph.id(to), &applied) {
            for i in graph.plan(&applied, &goal).down {
                prop_assert!(graph.is_ancestor(to, i));
            }
            prop_assert!(goal.0.iter().all(|i| !graph.is_ancestor(to, i)));
        }
    }

    #[test]
    fn one_step_up_and_one_down_is_where_it_began(graph in any_graph(), start in any_target()) {
        let applied = after_upgrade(&graph, &start.1);
        if let Ok(up) = graph.resolve_upgrade("+1", &applied)
            && up.0.len() == applied.len() + 1
            && let Ok(down) = graph.resolve_downgrade("-1", &up.0)
        {
            prop_assert_eq!(down.0, applied);
        }
    }

    #[test]
    fn ancestors_by_chains_are_ancestors_by_walking(graph in any_graph()) {
        for of in 0..graph.len() {
            let below = graph.with_ancestors([of]);
            for i in 0..graph.len() {
                prop_assert_eq!(graph.is_ancestor(i, of), i != of && below.contains(i));
            }
        }
        let comparable = |a| (0..graph.len()).all(|b| !graph.incomparable(a, b));
        prop_assert_eq!(graph.is_linear(), (0..graph.len()).all(comparable));
    }
}
