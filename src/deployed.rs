//! A cluster as a rule sees it: the repository, what Flux applies, and what that makes.

use crate::diagnostic::Finding;
use crate::flux::{Applied, Cluster};
use crate::inventory::{Answer, Inventory, Member};
use crate::links::{Kind, Reference};
use crate::repo::Repo;
use crate::resource::Resource;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// A reference of an object, with what it leads to.
pub type Resolved<'a> = (&'a Member, Reference<'a>, Answer<'a>);

/// One cluster of a repository.
#[derive(Debug)]
pub struct Deployed<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// What Flux applies.
    pub cluster: &'a Cluster,
    /// What there is in the end.
    pub inventory: &'a Inventory,
    /// Every reference of every object.
    pub references: Vec<Resolved<'a>>,
}

/// Every cluster of a repository.
pub fn clusters(repo: &Repo) -> Vec<Deployed<'_>> {
    let clusters = repo.deployment().clusters.iter().zip(repo.inventories());
    let deployed = |(cluster, inventory)| Deployed { repo, cluster, inventory, references: resolve(repo, inventory) };
    clusters.map(deployed).collect()
}

fn resolve<'a>(repo: &'a Repo, inventory: &'a Inventory) -> Vec<Resolved<'a>> {
    let members = inventory.members.par_iter();
    let resolved = members.flat_map_iter(|member| {
        let references = repo.links().references(&member.resource).into_iter();
        references.map(move |reference| {
            let answer = inventory.answer(member, &reference);
            (member, reference, answer)
        })
    });
    resolved.collect()
}

/// Secrets that have to exist before Flux can run are made by whoever starts it.
fn is_made_by_hand(reference: &Reference) -> bool {
    let name = reference.name.text().unwrap_or("");
    let secret = reference.kinds.iter().any(|kind| kind.kind == "Secret");
    secret && (name.starts_with("sops") || name.starts_with("flux-system") || name.contains("deploy-key"))
}

impl<'a> Deployed<'a> {
    /// Flux Kustomizations, without ResourceSets.
    pub fn kustomizations(&self) -> impl Iterator<Item = &'a Applied> {
        self.cluster.kustomizations.iter().filter(|applied| applied.resource.is_flux_kustomization())
    }

    /// Every object that Flux applies itself, with the Kustomization that does.
    pub fn applied(&self) -> impl Iterator<Item = (&'a Applied, &'a Resource)> {
        self.cluster.resources()
    }

    /// The Kustomization that brings an object.
    pub fn owner(&self, member: &Member) -> Option<&'a Applied> {
        self.cluster.kustomizations.get(member.applied)
    }

    /// References to objects of these kinds that do not exist. Silent where the house makes most of what it refers to
    /// outside of the repository: at least five in six of the other names must be in sight.
    pub fn missing(&self, kinds: &[&str]) -> Vec<Finding> {
        let mut here = BTreeSet::new();
        let mut missing = Vec::new();
        let mut names = BTreeSet::new();
        let wanted = |reference: &Reference| reference.kinds.iter().all(|kind| kinds.contains(&kind.kind.as_str()));
        for (_, reference, answer) in
            self.references.iter().filter(|(_, reference, _)| wanted(reference) && !reference.optional)
        {
            match answer {
                Answer::Here(entries) => here.extend(entries.iter().map(|entry| entry.span)),
                Answer::Missing { .. } if !is_made_by_hand(reference) => {
                    names.extend(reference.name.literal());
                    missing.extend(answer.missing(reference));
                }
                _ => {}
            }
        }
        if names.len() * 5 > here.len().max(4) + 1 { Vec::new() } else { missing }
    }

    /// Whether Secrets come out of the repository, and not from somebody's hands.
    pub fn makes_secrets_of_its_own(&self) -> bool {
        let secret = Kind { group: SmolStr::default(), kind: SmolStr::new_static("Secret") };
        self.inventory.has_kind(&secret)
    }
}
