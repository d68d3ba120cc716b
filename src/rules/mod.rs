//! The rules: one file each, `<group>/<name>.rs`. This list is written by `UPDATE=1 cargo test`.

use crate::rule::Rule;

/// Rules `api/…`.
pub mod api {
    /// See `rules/api/deprecated.md`.
    pub mod deprecated;
    /// See `rules/api/removed.md`.
    pub mod removed;
}

/// Rules `gateway/…`.
pub mod gateway {
    /// See `rules/gateway/listener-missing.md`.
    pub mod listener_missing;
    /// See `rules/gateway/parent-missing.md`.
    pub mod parent_missing;
}

/// Rules `generated/…`.
pub mod generated {
    /// See `rules/generated/edited.md`.
    pub mod edited;
}

/// Rules `homelint/…`.
pub mod homelint {
    /// See `rules/homelint/config.md`.
    pub mod config;
    /// See `rules/homelint/unused-ignore.md`.
    pub mod unused_ignore;
}

/// Rules `image/…`.
pub mod image {
    /// See `rules/image/floating-tag.md`.
    pub mod floating_tag;
    /// See `rules/image/malformed-digest.md`.
    pub mod malformed_digest;
    /// See `rules/image/no-tag.md`.
    pub mod no_tag;
}

/// Rules `kustomize/…`.
pub mod kustomize {
    /// See `rules/kustomize/cycle.md`.
    pub mod cycle;
    /// See `rules/kustomize/duplicate-resource.md`.
    pub mod duplicate_resource;
    /// See `rules/kustomize/invalid.md`.
    pub mod invalid;
    /// See `rules/kustomize/missing-file.md`.
    pub mod missing_file;
    /// See `rules/kustomize/missing-resource.md`.
    pub mod missing_resource;
    /// See `rules/kustomize/no-kustomization.md`.
    pub mod no_kustomization;
    /// See `rules/kustomize/not-listed.md`.
    pub mod not_listed;
    /// See `rules/kustomize/patch-invalid.md`.
    pub mod patch_invalid;
    /// See `rules/kustomize/patch-unmatched.md`.
    pub mod patch_unmatched;
    /// See `rules/kustomize/unreadable-resource.md`.
    pub mod unreadable_resource;
    /// See `rules/kustomize/wrong-kind.md`.
    pub mod wrong_kind;
}

/// Rules `renovate/…`.
pub mod renovate {
    /// See `rules/renovate/annotation.md`.
    pub mod annotation;
}

/// Rules `repo/…`.
pub mod repo {
    /// See `rules/repo/invisible-character.md`.
    pub mod invisible_character;
    /// See `rules/repo/never-commit.md`.
    pub mod never_commit;
}

/// Rules `schema/…`.
pub mod schema {
    /// See `rules/schema/cel.md`.
    pub mod cel;
    /// See `rules/schema/duplicate-entry.md`.
    pub mod duplicate_entry;
    /// See `rules/schema/invalid-value.md`.
    pub mod invalid_value;
    /// See `rules/schema/missing-field.md`.
    pub mod missing_field;
    /// See `rules/schema/modeline-stale.md`.
    pub mod modeline_stale;
    /// See `rules/schema/node-port.md`.
    pub mod node_port;
    /// See `rules/schema/outgrown.md`.
    pub mod outgrown;
    /// See `rules/schema/unknown-field.md`.
    pub mod unknown_field;
    /// See `rules/schema/unknown-kind.md`.
    pub mod unknown_kind;
    /// See `rules/schema/wrong-type.md`.
    pub mod wrong_type;
}

/// Rules `secret/…`.
pub mod secret {
    /// See `rules/secret/plaintext.md`.
    pub mod plaintext;
}

/// Rules `sops/…`.
pub mod sops {
    /// See `rules/sops/not-encrypted.md`.
    pub mod not_encrypted;
    /// See `rules/sops/value-in-clear.md`.
    pub mod value_in_clear;
}

/// Rules `yaml/…`.
pub mod yaml {
    /// See `rules/yaml/alias-undefined.md`.
    pub mod alias_undefined;
    /// See `rules/yaml/duplicate-key.md`.
    pub mod duplicate_key;
    /// See `rules/yaml/null-map.md`.
    pub mod null_map;
    /// See `rules/yaml/syntax.md`.
    pub mod syntax;
    /// See `rules/yaml/truthy.md`.
    pub mod truthy;
    /// See `rules/yaml/unquoted-version.md`.
    pub mod unquoted_version;
}

/// Every rule, by id.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    Rule { id: "api/deprecated", page: include_str!("../../rules/api/deprecated.md"), ..api::deprecated::RULE },
    Rule { id: "api/removed", page: include_str!("../../rules/api/removed.md"), ..api::removed::RULE },
    Rule { id: "gateway/listener-missing", page: include_str!("../../rules/gateway/listener-missing.md"), ..gateway::listener_missing::RULE },
    Rule { id: "gateway/parent-missing", page: include_str!("../../rules/gateway/parent-missing.md"), ..gateway::parent_missing::RULE },
    Rule { id: "generated/edited", page: include_str!("../../rules/generated/edited.md"), ..generated::edited::RULE },
    Rule { id: "homelint/config", page: include_str!("../../rules/homelint/config.md"), ..homelint::config::RULE },
    Rule { id: "homelint/unused-ignore", page: include_str!("../../rules/homelint/unused-ignore.md"), ..homelint::unused_ignore::RULE },
    Rule { id: "image/floating-tag", page: include_str!("../../rules/image/floating-tag.md"), ..image::floating_tag::RULE },
    Rule { id: "image/malformed-digest", page: include_str!("../../rules/image/malformed-digest.md"), ..image::malformed_digest::RULE },
    Rule { id: "image/no-tag", page: include_str!("../../rules/image/no-tag.md"), ..image::no_tag::RULE },
    Rule { id: "kustomize/cycle", page: include_str!("../../rules/kustomize/cycle.md"), ..kustomize::cycle::RULE },
    Rule { id: "kustomize/duplicate-resource", page: include_str!("../../rules/kustomize/duplicate-resource.md"), ..kustomize::duplicate_resource::RULE },
    Rule { id: "kustomize/invalid", page: include_str!("../../rules/kustomize/invalid.md"), ..kustomize::invalid::RULE },
    Rule { id: "kustomize/missing-file", page: include_str!("../../rules/kustomize/missing-file.md"), ..kustomize::missing_file::RULE },
    Rule { id: "kustomize/missing-resource", page: include_str!("../../rules/kustomize/missing-resource.md"), ..kustomize::missing_resource::RULE },
    Rule { id: "kustomize/no-kustomization", page: include_str!("../../rules/kustomize/no-kustomization.md"), ..kustomize::no_kustomization::RULE },
    Rule { id: "kustomize/not-listed", page: include_str!("../../rules/kustomize/not-listed.md"), ..kustomize::not_listed::RULE },
    Rule { id: "kustomize/patch-invalid", page: include_str!("../../rules/kustomize/patch-invalid.md"), ..kustomize::patch_invalid::RULE },
    Rule { id: "kustomize/patch-unmatched", page: include_str!("../../rules/kustomize/patch-unmatched.md"), ..kustomize::patch_unmatched::RULE },
    Rule { id: "kustomize/unreadable-resource", page: include_str!("../../rules/kustomize/unreadable-resource.md"), ..kustomize::unreadable_resource::RULE },
    Rule { id: "kustomize/wrong-kind", page: include_str!("../../rules/kustomize/wrong-kind.md"), ..kustomize::wrong_kind::RULE },
    Rule { id: "renovate/annotation", page: include_str!("../../rules/renovate/annotation.md"), ..renovate::annotation::RULE },
    Rule { id: "repo/invisible-character", page: include_str!("../../rules/repo/invisible-character.md"), ..repo::invisible_character::RULE },
    Rule { id: "repo/never-commit", page: include_str!("../../rules/repo/never-commit.md"), ..repo::never_commit::RULE },
    Rule { id: "schema/cel", page: include_str!("../../rules/schema/cel.md"), ..schema::cel::RULE },
    Rule { id: "schema/duplicate-entry", page: include_str!("../../rules/schema/duplicate-entry.md"), ..schema::duplicate_entry::RULE },
    Rule { id: "schema/invalid-value", page: include_str!("../../rules/schema/invalid-value.md"), ..schema::invalid_value::RULE },
    Rule { id: "schema/missing-field", page: include_str!("../../rules/schema/missing-field.md"), ..schema::missing_field::RULE },
    Rule { id: "schema/modeline-stale", page: include_str!("../../rules/schema/modeline-stale.md"), ..schema::modeline_stale::RULE },
    Rule { id: "schema/node-port", page: include_str!("../../rules/schema/node-port.md"), ..schema::node_port::RULE },
    Rule { id: "schema/outgrown", page: include_str!("../../rules/schema/outgrown.md"), ..schema::outgrown::RULE },
    Rule { id: "schema/unknown-field", page: include_str!("../../rules/schema/unknown-field.md"), ..schema::unknown_field::RULE },
    Rule { id: "schema/unknown-kind", page: include_str!("../../rules/schema/unknown-kind.md"), ..schema::unknown_kind::RULE },
    Rule { id: "schema/wrong-type", page: include_str!("../../rules/schema/wrong-type.md"), ..schema::wrong_type::RULE },
    Rule { id: "secret/plaintext", page: include_str!("../../rules/secret/plaintext.md"), ..secret::plaintext::RULE },
    Rule { id: "sops/not-encrypted", page: include_str!("../../rules/sops/not-encrypted.md"), ..sops::not_encrypted::RULE },
    Rule { id: "sops/value-in-clear", page: include_str!("../../rules/sops/value-in-clear.md"), ..sops::value_in_clear::RULE },
    Rule { id: "yaml/alias-undefined", page: include_str!("../../rules/yaml/alias-undefined.md"), ..yaml::alias_undefined::RULE },
    Rule { id: "yaml/duplicate-key", page: include_str!("../../rules/yaml/duplicate-key.md"), ..yaml::duplicate_key::RULE },
    Rule { id: "yaml/null-map", page: include_str!("../../rules/yaml/null-map.md"), ..yaml::null_map::RULE },
    Rule { id: "yaml/syntax", page: include_str!("../../rules/yaml/syntax.md"), ..yaml::syntax::RULE },
    Rule { id: "yaml/truthy", page: include_str!("../../rules/yaml/truthy.md"), ..yaml::truthy::RULE },
    Rule { id: "yaml/unquoted-version", page: include_str!("../../rules/yaml/unquoted-version.md"), ..yaml::unquoted_version::RULE },
];
