//! References that lead to nothing: which of them to report, and what to say.

use super::{Cluster, Resolved};
use crate::diagnostic::Finding;
use crate::links::{Maker, Reference};
use crate::model::doubt::{self, Evidence, Search, Seeker, Thing};
use crate::model::inventory::{Answer, Member};
use crate::resource::Resource;
use crate::source::Span;
use std::collections::BTreeSet;

/// Whether a reference says where variables come from.
pub fn is_substitute_from((member, reference, _): &Resolved) -> bool {
    let sources = member.resource.node.items_at(&["spec", "postBuild", "substituteFrom"]).iter();
    sources.filter_map(|source| source.get("name")).any(|name| std::ptr::eq(name, reference.name))
}

impl<'a> Cluster<'a> {
    /// What to say of references to objects of these kinds that lead to nothing.
    pub fn missing(&self, kinds: &[&str]) -> Vec<Finding> {
        self.tell_missing(kinds, false)
    }

    /// The same, only where something else is here that may have been meant: charts call such objects as they like.
    pub fn misnamed(&self, kinds: &[&str]) -> Vec<Finding> {
        self.tell_missing(kinds, true)
    }

    fn tell_missing(&self, kinds: &[&str], misnamed: bool) -> Vec<Finding> {
        let generated: BTreeSet<&str> = self.generated().map(|generated| generated.name).collect();
        // A generated object without its hash is the subject of `kustomize/generator-suffix`, and variables are
        // that of `flux/substitute-from-missing`.
        let is_elsewhere = |reference: &Reference| reference.name.text().is_some_and(|name| generated.contains(name));
        let wanted = |resolved: &&Resolved| {
            let (_, reference, _) = resolved;
            let is_kind = reference.kinds.iter().all(|kind| kinds.contains(&kind.kind.as_str()));
            is_kind && !is_elsewhere(reference) && !is_substitute_from(resolved)
        };
        let resolved: Vec<&Resolved> = self.references.iter().filter(wanted).collect();
        let here: BTreeSet<Span> =
            resolved.iter().flat_map(|(.., answer)| answer.entries()).map(|entry| entry.span).collect();
        self.judge(resolved, |(member, reference, answer)| {
            let finding = answer.missing(reference)?;
            // Who renames an object sees it beside what still uses the old name, before any name that only looks alike.
            let open =
                matches!(answer, Answer::Missing { elsewhere, .. } if elsewhere.is_empty() && !answer.is_evident());
            Some(match self.inventory.unused(member, reference, &here).filter(|_| open) {
                Some(near) => Finding::new(finding.span, finding.message)
                    .related(near.entry.span, format!("`{}` is here, and nothing refers to it", near.name)),
                None if misnamed && !answer.has_alternative() => return None,
                None => finding,
            })
        })
    }

    /// Subjects of bindings that do not exist where it is plain who was meant: the name differs by a slip, or the file
    /// of the binding has one ServiceAccount that no binding names.
    pub fn misnamed_subjects(&self) -> Vec<Finding> {
        let is_subject = |(member, reference, _): &&Resolved| {
            let account = reference.kinds.iter().any(|kind| kind.kind == "ServiceAccount");
            account && member.resource.group() == "rbac.authorization.k8s.io"
        };
        let subjects: Vec<&Resolved> = self.references.iter().filter(is_subject).collect();
        let bound: BTreeSet<Span> =
            subjects.iter().flat_map(|(.., answer)| answer.entries()).map(|entry| entry.span).collect();
        let members = self.inventory.members.iter().map(|member| &member.resource);
        let accounts: Vec<&Resource> = members.filter(|resource| resource.is("", "ServiceAccount")).collect();
        let finding = |(_, reference, answer): &&Resolved| {
            let finding = answer.missing(reference)?;
            if answer.is_evident() {
                return Some(finding);
            }
            let mut free = accounts.iter().filter(|account| {
                let span = account.name_span();
                span.file == reference.name.span.file && !bound.contains(&span)
            });
            let account = free.next().filter(|_| free.next().is_none())?;
            let told = format!("`{}` is here, and no binding names it", account.name()?);
            Some(Finding::new(finding.span, finding.message).related(account.name_span(), told))
        };
        subjects.iter().filter_map(finding).collect()
    }

    /// What is held against references of one kind that lead to nothing; `tell` says it of one.
    pub fn judge<'r>(
        &'r self,
        references: impl IntoIterator<Item = &'r Resolved<'a>>,
        tell: impl Fn(&Resolved) -> Option<Finding>,
    ) -> Vec<Finding> {
        let search = |resolved: &'r Resolved<'a>| {
            let (member, reference, answer) = resolved;
            let thing = Thing { kind: &reference.kinds.first()?.kind, name: reference.name.literal()? };
            let missing = match answer {
                // That this one is made by hand says nothing of others.
                Answer::Here(entries) if entries.iter().all(|entry| entry.by_hand) => return None,
                Answer::Here(_) => None,
                Answer::Missing { .. } if !reference.optional => {
                    Some((self.evidence(reference, answer), tell(resolved)?))
                }
                _ => return None,
            };
            let scope = reference.place.namespace().unwrap_or("");
            Some(Search { thing, scope, seeker: self.seeker(member), missing })
        };
        doubt::judge(references.into_iter().filter_map(search).collect())
    }

    /// How sure it is that nothing out of sight makes what a reference names.
    fn evidence(&self, reference: &Reference, answer: &Answer) -> Evidence {
        let has_kind = || reference.kinds.iter().any(|kind| self.inventory.has_kind(kind));
        let is_custom = || reference.kinds.iter().any(|kind| self.repo.links().is_custom(&kind.group));
        match reference.maker {
            _ if answer.is_evident() => Evidence::Plain,
            Maker::Outside => Evidence::Outside,
            // Who writes such an object writes its namespace, too: one of this name elsewhere is the one that was meant.
            Maker::People | Maker::Cluster if answer.is_elsewhere() => Evidence::Good,
            _ if answer.has_alternative() => Evidence::Fair,
            Maker::People if has_kind() || !is_custom() => Evidence::Good,
            Maker::Anyone if has_kind() => Evidence::Fair,
            _ => Evidence::None,
        }
    }

    /// Who looks for something: a Kustomization or release itself, else all that one Kustomization applies from a folder.
    fn seeker<'m>(&self, member: &'m Member) -> Seeker<'m>
    where
        'a: 'm,
    {
        let resource = &member.resource;
        let own = resource.is_flux_kustomization() || resource.is_helm_release();
        let name = resource.name().filter(|_| own).unwrap_or("");
        let folder = self.repo.file_of(resource.name_span()).map_or("", |file| file.source.folder());
        (member.applied, folder, name)
    }
}
