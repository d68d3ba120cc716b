//! Doubt: whether a name that leads to nothing is a mistake, or shows that something out of sight makes what it names.
//!
//! A repository works, more or less. What many look for and nobody finds is made elsewhere; only what differs from its
//! siblings is a mistake.

use crate::diagnostic::Finding;
use crate::source::{Span, is_slip};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many that look for one thing do not all err.
const MANY: usize = 5;

/// Names that one finding about many tells.
const MAX_NAMED: usize = 3;

/// Places that one finding tells besides its own.
const MAX_RELATED: usize = 16;

/// Whether so many of all make a convention of the house: four in five, of at least five.
pub fn is_convention(agreeing: usize, all: usize) -> bool {
    all >= 5 && agreeing * 5 >= all * 4
}

/// What somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// Who looks for something: what has the same seeker counts once.
pub type Seeker<'a> = (usize, &'a str, &'a str);

/// How sure it is that nothing makes a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Such things are made by hand, or before Flux runs: that this one is not here shows nothing.
    Outside,
    /// Little shows that the repository makes such things.
    None,
    /// The repository makes such things, or one of this name elsewhere.
    Fair,
    /// People write such things themselves, next to what uses them.
    Good,
    /// It is plain what was meant instead.
    Plain,
}

/// One look for a thing.
#[derive(Debug)]
pub struct Search<'a> {
    /// The thing.
    pub thing: Thing<'a>,
    /// Where it is looked for, a namespace or a Kustomization: what is missing there has one cause.
    pub scope: &'a str,
    /// Who looks.
    pub seeker: Seeker<'a>,
    /// Where it finds nothing: how sure that is, and what to say of it.
    pub missing: Option<(Evidence, Finding)>,
}

/// What to say of the searches for things of one kind, of those that find nothing.
pub fn judge(searches: Vec<Search>) -> Vec<Finding> {
    let mut siblings = Siblings::default();
    let mut missing: BTreeMap<(Thing, &str), Missing> = BTreeMap::new();
    for Search { thing, scope, seeker, missing: lack } in searches {
        siblings.seekers.entry(thing).or_default().insert(seeker);
        match lack {
            Some((evidence, finding)) => missing.entry((thing, scope)).or_default().0.push((evidence, finding)),
            None => _ = siblings.found.insert((thing, scope)),
        }
    }
    siblings.missing.extend(missing.keys().map(|(thing, _)| *thing));
    let judged =
        missing.into_iter().map(|((thing, _), missing)| (siblings.judge(thing, missing.evidence()), thing, missing));
    let judged: Vec<(Verdict, Thing, Missing)> = judged.collect();
    // Where several names lead nowhere and few lead somewhere, such things are made elsewhere.
    let open =
        judged.iter().filter(|(verdict, ..)| matches!(verdict, Verdict::Sought | Verdict::Unclear | Verdict::Alone));
    let names: BTreeSet<&str> = open.map(|(_, thing, _)| thing.name).collect();
    let found = siblings.found.len();
    let (is_elsewhere, is_usual) = (names.len() * 5 > found.max(4) + 1, names.len() * 5 <= siblings.finders());
    let (mut findings, mut sought, mut unclear) = (Vec::new(), BTreeMap::new(), Doubt::default());
    for (verdict, thing, missing) in judged {
        match verdict {
            Verdict::Outside => {}
            Verdict::Sought => sought.entry(thing).or_insert_with(Doubt::default).add(thing, &missing),
            Verdict::Alone if is_elsewhere => unclear.add(thing, &missing),
            Verdict::Unclear if !is_usual => unclear.add(thing, &missing),
            Verdict::Unclear | Verdict::Alone | Verdict::Plain => findings.extend(missing.finding()),
            Verdict::Odd(help) => findings.extend(missing.finding().map(|finding| finding.help(help))),
        }
    }
    // A few that are made by hand are nothing to speak of.
    let unclear = Some(unclear).filter(|doubt| doubt.titles.len() >= MANY);
    findings.extend(sought.into_values().chain(unclear).filter_map(Doubt::finding));
    findings
}

/// What is held against a name that leads to nothing.
#[derive(Debug)]
enum Verdict {
    /// Nothing: it is made by hand.
    Outside,
    /// Too many look for it.
    Sought,
    /// Nothing shows that it would have to be here.
    Unclear,
    /// It should be here, unless few of its siblings are.
    Alone,
    /// It should be here.
    Plain,
    /// It differs from what its siblings look for, which says what to write.
    Odd(String),
}

/// Everything that is looked for in the same way.
#[derive(Debug, Default)]
struct Siblings<'a> {
    seekers: BTreeMap<Thing<'a>, BTreeSet<Seeker<'a>>>,
    found: BTreeSet<(Thing<'a>, &'a str)>,
    missing: BTreeSet<Thing<'a>>,
}

impl Siblings<'_> {
    fn judge(&self, thing: Thing, evidence: Evidence) -> Verdict {
        match self.missing.iter().find_map(|usual| self.oddity(thing, usual)) {
            _ if evidence == Evidence::Plain => Verdict::Plain,
            Some(help) => Verdict::Odd(help),
            None if evidence == Evidence::Outside => Verdict::Outside,
            None if self.is_sought(&thing) => Verdict::Sought,
            None if evidence == Evidence::None => Verdict::Unclear,
            None if evidence == Evidence::Fair => Verdict::Alone,
            None => Verdict::Plain,
        }
    }

    /// How many find what they look for.
    fn finders(&self) -> usize {
        let found: BTreeSet<&Thing> = self.found.iter().map(|(thing, _)| thing).collect();
        found.into_iter().map(|thing| self.count(thing)).sum()
    }

    fn count(&self, thing: &Thing) -> usize {
        self.seekers.get(thing).map_or(0, BTreeSet::len)
    }

    /// Whether many look for a thing, and more than for anything that is here.
    fn is_sought(&self, thing: &Thing) -> bool {
        let count = self.count(thing);
        count >= MANY && self.found.iter().all(|(found, _)| self.count(found) < count)
    }

    /// What to write instead of a name, where almost all its siblings look for another that differs a little.
    fn oddity(&self, thing: Thing, usual: &Thing) -> Option<String> {
        let (own, others) = (self.count(&thing), self.count(usual));
        if others < MANY - 1 || own * 4 > others {
            return None;
        }
        if thing.name == usual.name {
            return (thing.kind != usual.kind).then(|| format!("write `kind: {}`, as {others} others do", usual.kind));
        }
        let slip = thing.kind == usual.kind && is_slip(thing.name, usual.name);
        slip.then(|| format!("write `{}`, as {others} others do", usual.name))
    }
}

/// Where one thing is looked for and not found.
#[derive(Debug, Default)]
struct Missing(Vec<(Evidence, Finding)>);

impl Missing {
    fn evidence(&self) -> Evidence {
        self.0.iter().map(|(evidence, _)| *evidence).max().unwrap_or(Evidence::Outside)
    }

    fn spans(&self) -> BTreeSet<Span> {
        self.0.iter().map(|(_, finding)| finding.span).collect()
    }

    /// One mistake is one finding: the first of the best explained, with the other places beside it.
    fn finding(self) -> Option<Finding> {
        let spans = self.spans();
        let best = self.0.into_iter().min_by_key(|(evidence, finding)| (Reverse(*evidence), finding.span));
        best.map(|(_, finding)| also(finding, spans, "named here, too"))
    }
}

/// Things that are not seen to be made, reported once.
#[derive(Debug, Default)]
struct Doubt {
    titles: BTreeSet<String>,
    spans: BTreeSet<Span>,
}

impl Doubt {
    fn add(&mut self, thing: Thing, missing: &Missing) {
        self.titles.insert(format!("{} `{}`", thing.kind, thing.name));
        self.spans.extend(missing.spans());
    }

    fn finding(self) -> Option<Finding> {
        let mut named = self.titles.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        if self.titles.len() > MAX_NAMED {
            named += &format!(" and {} more", self.titles.len() - MAX_NAMED);
        }
        let finding = Finding::new(*self.spans.first()?, format!("nothing in this repository provides {named}"));
        let help = "if something else does, list objects under `links: always:` in `.homelint.yaml`";
        Some(also(finding.help(help).unchecked(), self.spans, "named here"))
    }
}

/// Adds the other places of a finding; where there are too many, one of each file at least.
pub fn also(finding: Finding, places: impl IntoIterator<Item = Span>, message: &str) -> Finding {
    let mut files = BTreeSet::from([finding.span.file]);
    let places: BTreeSet<Span> = places.into_iter().filter(|place| *place != finding.span).collect();
    let (firsts, others): (Vec<Span>, Vec<Span>) = places.into_iter().partition(|place| files.insert(place.file));
    let places: BTreeSet<Span> = firsts.into_iter().chain(others).take(MAX_RELATED).collect();
    places.into_iter().fold(finding, |finding, place| finding.related(place, message))
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Search, Thing, judge};
    use crate::diagnostic::{Finding, Severity};
    use crate::source::{FileId, Span};

    /// Each line is `name evidence` for a search in vain, `name` for one that finds; every line is a seeker of its own.
    fn judged(lines: &[&'static str]) -> Vec<String> {
        let search = |(index, line): (usize, &&'static str)| {
            let (name, evidence) = line.split_once(' ').map_or((*line, None), |(name, word)| (name, Some(word)));
            let evidence = evidence.map(|word| match word {
                "outside" => Evidence::Outside,
                "none" => Evidence::None,
                "fair" => Evidence::Fair,
                "good" => Evidence::Good,
                _ => Evidence::Plain,
            });
            let finding = Finding::new(Span::new(FileId(index as u32), 0, 1), format!("no {name}"));
            Search {
                thing: Thing { kind: "Secret", name },
                scope: "",
                seeker: (index, "", ""),
                missing: evidence.map(|evidence| (evidence, finding)),
            }
        };
        let findings = judge(lines.iter().enumerate().map(search).collect());
        let tell = |finding: Finding| {
            let severity = finding.at_most.unwrap_or(Severity::Error).name();
            let help = finding.help.filter(|_| finding.at_most.is_none()).map(|help| format!(" ({help})"));
            format!("{severity}: {} +{}{}", finding.message, finding.related.len(), help.unwrap_or_default())
        };
        findings.into_iter().map(tell).collect()
    }

    #[test]
    fn one_name_among_many_that_are_found_is_a_mistake() {
        let found = ["a", "b", "c", "d", "e"];
        assert_eq!(judged(&[&found[..], &["x fair"]].concat()), ["error: no x +0"]);
        assert_eq!(judged(&[&found[..], &["x fair", "x fair", "x fair"]].concat()), ["error: no x +2"]);
        assert_eq!(judged(&["x none"]), [""; 0]);
        assert_eq!(judged(&[&found[..], &["x none"]].concat()), ["error: no x +0"]);
    }

    #[test]
    fn what_most_look_for_is_made_elsewhere() {
        let finding = ["info: nothing in this repository provides Secret `x` +4"];
        assert_eq!(judged(&["x fair"; 5]), finding);
        assert_eq!(judged(&["x good"; 5]), finding);
        // Where more look for what is here, those that do not err.
        assert_eq!(judged(&[&["a"; 6][..], &["x good"; 5]].concat()), ["error: no x +4"]);
    }

    #[test]
    fn where_most_names_lead_nowhere_they_are_made_elsewhere() {
        assert_eq!(judged(&["a", "x fair", "y fair"]), [""; 0]);
        assert_eq!(
            judged(&["a", "u fair", "v fair", "w fair", "x fair", "y fair"]),
            ["info: nothing in this repository provides Secret `u`, Secret `v`, Secret `w` and 2 more +4"]
        );
        assert_eq!(judged(&["a", "x good", "y good"]), ["error: no x +0", "error: no y +0"]);
    }

    #[test]
    fn only_what_differs_from_its_siblings_is_a_mistake() {
        let lines = [&["settings outside"; 4][..], &["setings outside"]].concat();
        assert_eq!(judged(&lines), ["error: no setings +0 (write `settings`, as 4 others do)"]);
        let lines = [&["settings fair"; 6][..], &["setings fair", "other plain"]].concat();
        assert_eq!(
            judged(&lines),
            [
                "error: no other +0",
                "error: no setings +0 (write `settings`, as 6 others do)",
                "info: nothing in this repository provides Secret `settings` +5"
            ]
        );
    }
}
