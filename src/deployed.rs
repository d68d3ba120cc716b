//! A cluster as a rule sees it: the repository, what Flux applies, and what that makes.

use crate::flux::{Applied, Cluster};
use crate::inventory::{Answer, Inventory, Member};
use crate::links::Reference;
use crate::repo::Repo;
use crate::resource::Resource;

/// One cluster of a repository.
#[derive(Debug, Clone, Copy)]
pub struct Deployed<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// What Flux applies.
    pub cluster: &'a Cluster,
    /// What there is in the end.
    pub inventory: &'a Inventory,
}

/// Every cluster of a repository.
pub fn clusters(repo: &Repo) -> Vec<Deployed<'_>> {
    let clusters = repo.deployment().clusters.iter().zip(repo.inventories());
    clusters.map(|(cluster, inventory)| Deployed { repo, cluster, inventory }).collect()
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

    /// Every reference of every object, with what it leads to.
    pub fn references(&self) -> impl Iterator<Item = (&'a Member, Reference<'a>, Answer<'a>)> {
        let inventory = self.inventory;
        let links = self.repo.links();
        inventory.members.iter().flat_map(move |member| {
            let references = links.references(&member.resource).into_iter();
            references.map(move |reference| {
                let answer = inventory.answer(&reference);
                (member, reference, answer)
            })
        })
    }
}
