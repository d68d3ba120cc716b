//! The rules: one file each, `<group>/<name>.rs`. This list is written by `UPDATE=1 cargo test`.

use crate::rule::Rule;

/// Rules `api/…`.
pub mod api {
    /// See `rules/api/deprecated.md`.
    pub mod deprecated;
    /// See `rules/api/removed.md`.
    pub mod removed;
}

/// Rules `dns/…`.
pub mod dns {
    /// See `rules/dns/record-target.md`.
    pub mod record_target;
    /// See `rules/dns/routes-unread.md`.
    pub mod routes_unread;
    /// See `rules/dns/target-missing.md`.
    pub mod target_missing;
}

/// Rules `flux/…`.
pub mod flux {
    /// See `rules/flux/borrowed-source.md`.
    pub mod borrowed_source;
    /// See `rules/flux/controller-missing.md`.
    pub mod controller_missing;
    /// See `rules/flux/decryption-key-missing.md`.
    pub mod decryption_key_missing;
    /// See `rules/flux/decryption-missing.md`.
    pub mod decryption_missing;
    /// See `rules/flux/depends-on-cycle.md`.
    pub mod depends_on_cycle;
    /// See `rules/flux/depends-on-missing.md`.
    pub mod depends_on_missing;
    /// See `rules/flux/eaten-variable.md`.
    pub mod eaten_variable;
    /// See `rules/flux/event-source-missing.md`.
    pub mod event_source_missing;
    /// See `rules/flux/health-check-missing.md`.
    pub mod health_check_missing;
    /// See `rules/flux/health-checks-ignored.md`.
    pub mod health_checks_ignored;
    /// See `rules/flux/namespace-missing.md`.
    pub mod namespace_missing;
    /// See `rules/flux/namespace-overridden.md`.
    pub mod namespace_overridden;
    /// See `rules/flux/nothing-to-sync.md`.
    pub mod nothing_to_sync;
    /// See `rules/flux/odd-target-namespace.md`.
    pub mod odd_target_namespace;
    /// See `rules/flux/path-missing.md`.
    pub mod path_missing;
    /// See `rules/flux/ready-too-early.md`.
    pub mod ready_too_early;
    /// See `rules/flux/receiver-without-push.md`.
    pub mod receiver_without_push;
    /// See `rules/flux/self-managed.md`.
    pub mod self_managed;
    /// See `rules/flux/several-owners.md`.
    pub mod several_owners;
    /// See `rules/flux/source-missing.md`.
    pub mod source_missing;
    /// See `rules/flux/source-not-awaited.md`.
    pub mod source_not_awaited;
    /// See `rules/flux/substitute-from-missing.md`.
    pub mod substitute_from_missing;
    /// See `rules/flux/substitution-missing.md`.
    pub mod substitution_missing;
    /// See `rules/flux/substitution-unused.md`.
    pub mod substitution_unused;
    /// See `rules/flux/undefined-variable.md`.
    pub mod undefined_variable;
    /// See `rules/flux/webhook-path.md`.
    pub mod webhook_path;
}

/// Rules `gateway/…`.
pub mod gateway {
    /// See `rules/gateway/certificate-unmade.md`.
    pub mod certificate_unmade;
    /// See `rules/gateway/duplicate-host.md`.
    pub mod duplicate_host;
    /// See `rules/gateway/grant-missing.md`.
    pub mod grant_missing;
    /// See `rules/gateway/host-taken.md`.
    pub mod host_taken;
    /// See `rules/gateway/host-unserved.md`.
    pub mod host_unserved;
    /// See `rules/gateway/listener-missing.md`.
    pub mod listener_missing;
    /// See `rules/gateway/parent-missing.md`.
    pub mod parent_missing;
    /// See `rules/gateway/route-refused.md`.
    pub mod route_refused;
    /// See `rules/gateway/tls-missing.md`.
    pub mod tls_missing;
}

/// Rules `generated/…`.
pub mod generated {
    /// See `rules/generated/edited.md`.
    pub mod edited;
    /// See `rules/generated/missing-output.md`.
    pub mod missing_output;
}

/// Rules `helm/…`.
pub mod helm {
    /// See `rules/helm/chart-skew.md`.
    pub mod chart_skew;
    /// See `rules/helm/feature-off.md`.
    pub mod feature_off;
    /// See `rules/helm/idle-mount.md`.
    pub mod idle_mount;
    /// See `rules/helm/invalid-value.md`.
    pub mod invalid_value;
    /// See `rules/helm/layer-selector.md`.
    pub mod layer_selector;
    /// See `rules/helm/misplaced-field.md`.
    pub mod misplaced_field;
    /// See `rules/helm/no-remediation.md`.
    pub mod no_remediation;
    /// See `rules/helm/object-twice.md`.
    pub mod object_twice;
    /// See `rules/helm/out-of-step.md`.
    pub mod out_of_step;
    /// See `rules/helm/patch-unfit.md`.
    pub mod patch_unfit;
    /// See `rules/helm/unknown-key.md`.
    pub mod unknown_key;
    /// See `rules/helm/unknown-name.md`.
    pub mod unknown_name;
    /// See `rules/helm/values-conflict.md`.
    pub mod values_conflict;
    /// See `rules/helm/verify-identity.md`.
    pub mod verify_identity;
    /// See `rules/helm/version-range.md`.
    pub mod version_range;
}

/// Rules `helmfile/…`.
pub mod helmfile {
    /// See `rules/helmfile/file-missing.md`.
    pub mod file_missing;
    /// See `rules/helmfile/need-missing.md`.
    pub mod need_missing;
    /// See `rules/helmfile/repository-missing.md`.
    pub mod repository_missing;
    /// See `rules/helmfile/version-skew.md`.
    pub mod version_skew;
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
    /// See `rules/image/invalid-name.md`.
    pub mod invalid_name;
    /// See `rules/image/malformed-digest.md`.
    pub mod malformed_digest;
    /// See `rules/image/no-tag.md`.
    pub mod no_tag;
}

/// Rules `kustomize/…`.
pub mod kustomize {
    /// See `rules/kustomize/commented-resource.md`.
    pub mod commented_resource;
    /// See `rules/kustomize/cycle.md`.
    pub mod cycle;
    /// See `rules/kustomize/duplicate-resource.md`.
    pub mod duplicate_resource;
    /// See `rules/kustomize/generator-suffix.md`.
    pub mod generator_suffix;
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

/// Rules `network/…`.
pub mod network {
    /// See `rules/network/api-port.md`.
    pub mod api_port;
    /// See `rules/network/pods-outside.md`.
    pub mod pods_outside;
    /// See `rules/network/pool-overlap.md`.
    pub mod pool_overlap;
    /// See `rules/network/service-outside.md`.
    pub mod service_outside;
}

/// Rules `pod/…`.
pub mod pod {
    /// See `rules/pod/drain-blocked.md`.
    pub mod drain_blocked;
    /// See `rules/pod/node-missing.md`.
    pub mod node_missing;
    /// See `rules/pod/selects-nothing.md`.
    pub mod selects_nothing;
    /// See `rules/pod/spread-of-others.md`.
    pub mod spread_of_others;
    /// See `rules/pod/too-few-nodes.md`.
    pub mod too_few_nodes;
    /// See `rules/pod/topology-unknown.md`.
    pub mod topology_unknown;
}

/// Rules `rbac/…`.
pub mod rbac {
    /// See `rules/rbac/all-rights.md`.
    pub mod all_rights;
    /// See `rules/rbac/group-unknown.md`.
    pub mod group_unknown;
    /// See `rules/rbac/issuer-unserved.md`.
    pub mod issuer_unserved;
    /// See `rules/rbac/misspelt.md`.
    pub mod misspelt;
    /// See `rules/rbac/resource-missing.md`.
    pub mod resource_missing;
}

/// Rules `refs/…`.
pub mod refs {
    /// See `rules/refs/claim-missing.md`.
    pub mod claim_missing;
    /// See `rules/refs/config-map-missing.md`.
    pub mod config_map_missing;
    /// See `rules/refs/external-cluster-missing.md`.
    pub mod external_cluster_missing;
    /// See `rules/refs/field-missing.md`.
    pub mod field_missing;
    /// See `rules/refs/issuer-missing.md`.
    pub mod issuer_missing;
    /// See `rules/refs/key-missing.md`.
    pub mod key_missing;
    /// See `rules/refs/object-missing.md`.
    pub mod object_missing;
    /// See `rules/refs/role-missing.md`.
    pub mod role_missing;
    /// See `rules/refs/secret-missing.md`.
    pub mod secret_missing;
    /// See `rules/refs/service-account-missing.md`.
    pub mod service_account_missing;
    /// See `rules/refs/service-missing.md`.
    pub mod service_missing;
    /// See `rules/refs/storage-class-missing.md`.
    pub mod storage_class_missing;
    /// See `rules/refs/store-missing.md`.
    pub mod store_missing;
    /// See `rules/refs/template-key-missing.md`.
    pub mod template_key_missing;
}

/// Rules `renovate/…`.
pub mod renovate {
    /// See `rules/renovate/annotation.md`.
    pub mod annotation;
    /// See `rules/renovate/idle-manager.md`.
    pub mod idle_manager;
    /// See `rules/renovate/incomplete-manager.md`.
    pub mod incomplete_manager;
    /// See `rules/renovate/invalid-option.md`.
    pub mod invalid_option;
    /// See `rules/renovate/invalid-pattern.md`.
    pub mod invalid_pattern;
    /// See `rules/renovate/invalid-rule.md`.
    pub mod invalid_rule;
    /// See `rules/renovate/lost-backslash.md`.
    pub mod lost_backslash;
    /// See `rules/renovate/no-match.md`.
    pub mod no_match;
    /// See `rules/renovate/preset-missing.md`.
    pub mod preset_missing;
    /// See `rules/renovate/unknown-name.md`.
    pub mod unknown_name;
    /// See `rules/renovate/unlinked-repository.md`.
    pub mod unlinked_repository;
    /// See `rules/renovate/unpinned-action.md`.
    pub mod unpinned_action;
    /// See `rules/renovate/wrong-capture.md`.
    pub mod wrong_capture;
}

/// Rules `repo/…`.
pub mod repo {
    /// See `rules/repo/invisible-character.md`.
    pub mod invisible_character;
    /// See `rules/repo/never-commit.md`.
    pub mod never_commit;
    /// See `rules/repo/taskfile-missing.md`.
    pub mod taskfile_missing;
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
    /// See `rules/secret/credential.md`.
    pub mod credential;
    /// See `rules/secret/made-twice.md`.
    pub mod made_twice;
    /// See `rules/secret/plaintext.md`.
    pub mod plaintext;
}

/// Rules `service/…`.
pub mod service {
    /// See `rules/service/address-outside-pool.md`.
    pub mod address_outside_pool;
    /// See `rules/service/duplicate-address.md`.
    pub mod duplicate_address;
    /// See `rules/service/host-missing.md`.
    pub mod host_missing;
    /// See `rules/service/monitor-port-missing.md`.
    pub mod monitor_port_missing;
    /// See `rules/service/pool-invalid.md`.
    pub mod pool_invalid;
    /// See `rules/service/port-missing.md`.
    pub mod port_missing;
    /// See `rules/service/probe-port-missing.md`.
    pub mod probe_port_missing;
    /// See `rules/service/target-port-missing.md`.
    pub mod target_port_missing;
}

/// Rules `sops/…`.
pub mod sops {
    /// See `rules/sops/config-name.md`.
    pub mod config_name;
    /// See `rules/sops/damaged-value.md`.
    pub mod damaged_value;
    /// See `rules/sops/invalid-rule.md`.
    pub mod invalid_rule;
    /// See `rules/sops/metadata-missing.md`.
    pub mod metadata_missing;
    /// See `rules/sops/no-rule.md`.
    pub mod no_rule;
    /// See `rules/sops/not-encrypted.md`.
    pub mod not_encrypted;
    /// See `rules/sops/recipients-differ.md`.
    pub mod recipients_differ;
    /// See `rules/sops/rule-shadowed.md`.
    pub mod rule_shadowed;
    /// See `rules/sops/value-in-clear.md`.
    pub mod value_in_clear;
}

/// Rules `storage/…`.
pub mod storage {
    /// See `rules/storage/access-mode-unfit.md`.
    pub mod access_mode_unfit;
    /// See `rules/storage/archive-not-empty.md`.
    pub mod archive_not_empty;
    /// See `rules/storage/claim-crowded.md`.
    pub mod claim_crowded;
    /// See `rules/storage/claim-shared.md`.
    pub mod claim_shared;
    /// See `rules/storage/empty-dir-data.md`.
    pub mod empty_dir_data;
    /// See `rules/storage/sub-path-missing.md`.
    pub mod sub_path_missing;
    /// See `rules/storage/volume-unfit.md`.
    pub mod volume_unfit;
}

/// Rules `talos/…`.
pub mod talos {
    /// See `rules/talos/address-differs.md`.
    pub mod address_differs;
    /// See `rules/talos/cni-twice.md`.
    pub mod cni_twice;
    /// See `rules/talos/control-plane-only.md`.
    pub mod control_plane_only;
    /// See `rules/talos/core-dns-kept.md`.
    pub mod core_dns_kept;
    /// See `rules/talos/duplicate-node.md`.
    pub mod duplicate_node;
    /// See `rules/talos/endpoint-port.md`.
    pub mod endpoint_port;
    /// See `rules/talos/endpoint-unserved.md`.
    pub mod endpoint_unserved;
    /// See `rules/talos/etcd-quorum.md`.
    pub mod etcd_quorum;
    /// See `rules/talos/gateway-unreachable.md`.
    pub mod gateway_unreachable;
    /// See `rules/talos/hostname-twice.md`.
    pub mod hostname_twice;
    /// See `rules/talos/invalid-address.md`.
    pub mod invalid_address;
    /// See `rules/talos/invalid-operation.md`.
    pub mod invalid_operation;
    /// See `rules/talos/invalid-schematic.md`.
    pub mod invalid_schematic;
    /// See `rules/talos/kube-proxy-kept.md`.
    pub mod kube_proxy_kept;
    /// See `rules/talos/networks-overlap.md`.
    pub mod networks_overlap;
    /// See `rules/talos/no-control-plane.md`.
    pub mod no_control_plane;
    /// See `rules/talos/patch-missing.md`.
    pub mod patch_missing;
    /// See `rules/talos/refused-file.md`.
    pub mod refused_file;
    /// See `rules/talos/replaced-field.md`.
    pub mod replaced_field;
    /// See `rules/talos/unsupported-kubernetes.md`.
    pub mod unsupported_kubernetes;
    /// See `rules/talos/version-skew.md`.
    pub mod version_skew;
    /// See `rules/talos/vip-on-worker.md`.
    pub mod vip_on_worker;
    /// See `rules/talos/vip-taken.md`.
    pub mod vip_taken;
    /// See `rules/talos/vips-differ.md`.
    pub mod vips_differ;
}

/// Rules `template/…`.
pub mod template {
    /// See `rules/template/syntax.md`.
    pub mod syntax;
    /// See `rules/template/undefined-name.md`.
    pub mod undefined_name;
}

/// Rules `tunnel/…`.
pub mod tunnel {
    /// See `rules/tunnel/catch-all.md`.
    pub mod catch_all;
}

/// Rules `yaml/…`.
pub mod yaml {
    /// See `rules/yaml/alias-undefined.md`.
    pub mod alias_undefined;
    /// See `rules/yaml/duplicate-key.md`.
    pub mod duplicate_key;
    /// See `rules/yaml/misplaced-tab.md`.
    pub mod misplaced_tab;
    /// See `rules/yaml/not-indented.md`.
    pub mod not_indented;
    /// See `rules/yaml/null-map.md`.
    pub mod null_map;
    /// See `rules/yaml/stray-character.md`.
    pub mod stray_character;
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
    Rule { id: "dns/record-target", page: include_str!("../../rules/dns/record-target.md"), ..dns::record_target::RULE },
    Rule { id: "dns/routes-unread", page: include_str!("../../rules/dns/routes-unread.md"), ..dns::routes_unread::RULE },
    Rule { id: "dns/target-missing", page: include_str!("../../rules/dns/target-missing.md"), ..dns::target_missing::RULE },
    Rule { id: "flux/borrowed-source", page: include_str!("../../rules/flux/borrowed-source.md"), ..flux::borrowed_source::RULE },
    Rule { id: "flux/controller-missing", page: include_str!("../../rules/flux/controller-missing.md"), ..flux::controller_missing::RULE },
    Rule { id: "flux/decryption-key-missing", page: include_str!("../../rules/flux/decryption-key-missing.md"), ..flux::decryption_key_missing::RULE },
    Rule { id: "flux/decryption-missing", page: include_str!("../../rules/flux/decryption-missing.md"), ..flux::decryption_missing::RULE },
    Rule { id: "flux/depends-on-cycle", page: include_str!("../../rules/flux/depends-on-cycle.md"), ..flux::depends_on_cycle::RULE },
    Rule { id: "flux/depends-on-missing", page: include_str!("../../rules/flux/depends-on-missing.md"), ..flux::depends_on_missing::RULE },
    Rule { id: "flux/eaten-variable", page: include_str!("../../rules/flux/eaten-variable.md"), ..flux::eaten_variable::RULE },
    Rule { id: "flux/event-source-missing", page: include_str!("../../rules/flux/event-source-missing.md"), ..flux::event_source_missing::RULE },
    Rule { id: "flux/health-check-missing", page: include_str!("../../rules/flux/health-check-missing.md"), ..flux::health_check_missing::RULE },
    Rule { id: "flux/health-checks-ignored", page: include_str!("../../rules/flux/health-checks-ignored.md"), ..flux::health_checks_ignored::RULE },
    Rule { id: "flux/namespace-missing", page: include_str!("../../rules/flux/namespace-missing.md"), ..flux::namespace_missing::RULE },
    Rule { id: "flux/namespace-overridden", page: include_str!("../../rules/flux/namespace-overridden.md"), ..flux::namespace_overridden::RULE },
    Rule { id: "flux/nothing-to-sync", page: include_str!("../../rules/flux/nothing-to-sync.md"), ..flux::nothing_to_sync::RULE },
    Rule { id: "flux/odd-target-namespace", page: include_str!("../../rules/flux/odd-target-namespace.md"), ..flux::odd_target_namespace::RULE },
    Rule { id: "flux/path-missing", page: include_str!("../../rules/flux/path-missing.md"), ..flux::path_missing::RULE },
    Rule { id: "flux/ready-too-early", page: include_str!("../../rules/flux/ready-too-early.md"), ..flux::ready_too_early::RULE },
    Rule { id: "flux/receiver-without-push", page: include_str!("../../rules/flux/receiver-without-push.md"), ..flux::receiver_without_push::RULE },
    Rule { id: "flux/self-managed", page: include_str!("../../rules/flux/self-managed.md"), ..flux::self_managed::RULE },
    Rule { id: "flux/several-owners", page: include_str!("../../rules/flux/several-owners.md"), ..flux::several_owners::RULE },
    Rule { id: "flux/source-missing", page: include_str!("../../rules/flux/source-missing.md"), ..flux::source_missing::RULE },
    Rule { id: "flux/source-not-awaited", page: include_str!("../../rules/flux/source-not-awaited.md"), ..flux::source_not_awaited::RULE },
    Rule { id: "flux/substitute-from-missing", page: include_str!("../../rules/flux/substitute-from-missing.md"), ..flux::substitute_from_missing::RULE },
    Rule { id: "flux/substitution-missing", page: include_str!("../../rules/flux/substitution-missing.md"), ..flux::substitution_missing::RULE },
    Rule { id: "flux/substitution-unused", page: include_str!("../../rules/flux/substitution-unused.md"), ..flux::substitution_unused::RULE },
    Rule { id: "flux/undefined-variable", page: include_str!("../../rules/flux/undefined-variable.md"), ..flux::undefined_variable::RULE },
    Rule { id: "flux/webhook-path", page: include_str!("../../rules/flux/webhook-path.md"), ..flux::webhook_path::RULE },
    Rule { id: "gateway/certificate-unmade", page: include_str!("../../rules/gateway/certificate-unmade.md"), ..gateway::certificate_unmade::RULE },
    Rule { id: "gateway/duplicate-host", page: include_str!("../../rules/gateway/duplicate-host.md"), ..gateway::duplicate_host::RULE },
    Rule { id: "gateway/grant-missing", page: include_str!("../../rules/gateway/grant-missing.md"), ..gateway::grant_missing::RULE },
    Rule { id: "gateway/host-taken", page: include_str!("../../rules/gateway/host-taken.md"), ..gateway::host_taken::RULE },
    Rule { id: "gateway/host-unserved", page: include_str!("../../rules/gateway/host-unserved.md"), ..gateway::host_unserved::RULE },
    Rule { id: "gateway/listener-missing", page: include_str!("../../rules/gateway/listener-missing.md"), ..gateway::listener_missing::RULE },
    Rule { id: "gateway/parent-missing", page: include_str!("../../rules/gateway/parent-missing.md"), ..gateway::parent_missing::RULE },
    Rule { id: "gateway/route-refused", page: include_str!("../../rules/gateway/route-refused.md"), ..gateway::route_refused::RULE },
    Rule { id: "gateway/tls-missing", page: include_str!("../../rules/gateway/tls-missing.md"), ..gateway::tls_missing::RULE },
    Rule { id: "generated/edited", page: include_str!("../../rules/generated/edited.md"), ..generated::edited::RULE },
    Rule { id: "generated/missing-output", page: include_str!("../../rules/generated/missing-output.md"), ..generated::missing_output::RULE },
    Rule { id: "helm/chart-skew", page: include_str!("../../rules/helm/chart-skew.md"), ..helm::chart_skew::RULE },
    Rule { id: "helm/feature-off", page: include_str!("../../rules/helm/feature-off.md"), ..helm::feature_off::RULE },
    Rule { id: "helm/idle-mount", page: include_str!("../../rules/helm/idle-mount.md"), ..helm::idle_mount::RULE },
    Rule { id: "helm/invalid-value", page: include_str!("../../rules/helm/invalid-value.md"), ..helm::invalid_value::RULE },
    Rule { id: "helm/layer-selector", page: include_str!("../../rules/helm/layer-selector.md"), ..helm::layer_selector::RULE },
    Rule { id: "helm/misplaced-field", page: include_str!("../../rules/helm/misplaced-field.md"), ..helm::misplaced_field::RULE },
    Rule { id: "helm/no-remediation", page: include_str!("../../rules/helm/no-remediation.md"), ..helm::no_remediation::RULE },
    Rule { id: "helm/object-twice", page: include_str!("../../rules/helm/object-twice.md"), ..helm::object_twice::RULE },
    Rule { id: "helm/out-of-step", page: include_str!("../../rules/helm/out-of-step.md"), ..helm::out_of_step::RULE },
    Rule { id: "helm/patch-unfit", page: include_str!("../../rules/helm/patch-unfit.md"), ..helm::patch_unfit::RULE },
    Rule { id: "helm/unknown-key", page: include_str!("../../rules/helm/unknown-key.md"), ..helm::unknown_key::RULE },
    Rule { id: "helm/unknown-name", page: include_str!("../../rules/helm/unknown-name.md"), ..helm::unknown_name::RULE },
    Rule { id: "helm/values-conflict", page: include_str!("../../rules/helm/values-conflict.md"), ..helm::values_conflict::RULE },
    Rule { id: "helm/verify-identity", page: include_str!("../../rules/helm/verify-identity.md"), ..helm::verify_identity::RULE },
    Rule { id: "helm/version-range", page: include_str!("../../rules/helm/version-range.md"), ..helm::version_range::RULE },
    Rule { id: "helmfile/file-missing", page: include_str!("../../rules/helmfile/file-missing.md"), ..helmfile::file_missing::RULE },
    Rule { id: "helmfile/need-missing", page: include_str!("../../rules/helmfile/need-missing.md"), ..helmfile::need_missing::RULE },
    Rule { id: "helmfile/repository-missing", page: include_str!("../../rules/helmfile/repository-missing.md"), ..helmfile::repository_missing::RULE },
    Rule { id: "helmfile/version-skew", page: include_str!("../../rules/helmfile/version-skew.md"), ..helmfile::version_skew::RULE },
    Rule { id: "homelint/config", page: include_str!("../../rules/homelint/config.md"), ..homelint::config::RULE },
    Rule { id: "homelint/unused-ignore", page: include_str!("../../rules/homelint/unused-ignore.md"), ..homelint::unused_ignore::RULE },
    Rule { id: "image/floating-tag", page: include_str!("../../rules/image/floating-tag.md"), ..image::floating_tag::RULE },
    Rule { id: "image/invalid-name", page: include_str!("../../rules/image/invalid-name.md"), ..image::invalid_name::RULE },
    Rule { id: "image/malformed-digest", page: include_str!("../../rules/image/malformed-digest.md"), ..image::malformed_digest::RULE },
    Rule { id: "image/no-tag", page: include_str!("../../rules/image/no-tag.md"), ..image::no_tag::RULE },
    Rule { id: "kustomize/commented-resource", page: include_str!("../../rules/kustomize/commented-resource.md"), ..kustomize::commented_resource::RULE },
    Rule { id: "kustomize/cycle", page: include_str!("../../rules/kustomize/cycle.md"), ..kustomize::cycle::RULE },
    Rule { id: "kustomize/duplicate-resource", page: include_str!("../../rules/kustomize/duplicate-resource.md"), ..kustomize::duplicate_resource::RULE },
    Rule { id: "kustomize/generator-suffix", page: include_str!("../../rules/kustomize/generator-suffix.md"), ..kustomize::generator_suffix::RULE },
    Rule { id: "kustomize/invalid", page: include_str!("../../rules/kustomize/invalid.md"), ..kustomize::invalid::RULE },
    Rule { id: "kustomize/missing-file", page: include_str!("../../rules/kustomize/missing-file.md"), ..kustomize::missing_file::RULE },
    Rule { id: "kustomize/missing-resource", page: include_str!("../../rules/kustomize/missing-resource.md"), ..kustomize::missing_resource::RULE },
    Rule { id: "kustomize/no-kustomization", page: include_str!("../../rules/kustomize/no-kustomization.md"), ..kustomize::no_kustomization::RULE },
    Rule { id: "kustomize/not-listed", page: include_str!("../../rules/kustomize/not-listed.md"), ..kustomize::not_listed::RULE },
    Rule { id: "kustomize/patch-invalid", page: include_str!("../../rules/kustomize/patch-invalid.md"), ..kustomize::patch_invalid::RULE },
    Rule { id: "kustomize/patch-unmatched", page: include_str!("../../rules/kustomize/patch-unmatched.md"), ..kustomize::patch_unmatched::RULE },
    Rule { id: "kustomize/unreadable-resource", page: include_str!("../../rules/kustomize/unreadable-resource.md"), ..kustomize::unreadable_resource::RULE },
    Rule { id: "kustomize/wrong-kind", page: include_str!("../../rules/kustomize/wrong-kind.md"), ..kustomize::wrong_kind::RULE },
    Rule { id: "network/api-port", page: include_str!("../../rules/network/api-port.md"), ..network::api_port::RULE },
    Rule { id: "network/pods-outside", page: include_str!("../../rules/network/pods-outside.md"), ..network::pods_outside::RULE },
    Rule { id: "network/pool-overlap", page: include_str!("../../rules/network/pool-overlap.md"), ..network::pool_overlap::RULE },
    Rule { id: "network/service-outside", page: include_str!("../../rules/network/service-outside.md"), ..network::service_outside::RULE },
    Rule { id: "pod/drain-blocked", page: include_str!("../../rules/pod/drain-blocked.md"), ..pod::drain_blocked::RULE },
    Rule { id: "pod/node-missing", page: include_str!("../../rules/pod/node-missing.md"), ..pod::node_missing::RULE },
    Rule { id: "pod/selects-nothing", page: include_str!("../../rules/pod/selects-nothing.md"), ..pod::selects_nothing::RULE },
    Rule { id: "pod/spread-of-others", page: include_str!("../../rules/pod/spread-of-others.md"), ..pod::spread_of_others::RULE },
    Rule { id: "pod/too-few-nodes", page: include_str!("../../rules/pod/too-few-nodes.md"), ..pod::too_few_nodes::RULE },
    Rule { id: "pod/topology-unknown", page: include_str!("../../rules/pod/topology-unknown.md"), ..pod::topology_unknown::RULE },
    Rule { id: "rbac/all-rights", page: include_str!("../../rules/rbac/all-rights.md"), ..rbac::all_rights::RULE },
    Rule { id: "rbac/group-unknown", page: include_str!("../../rules/rbac/group-unknown.md"), ..rbac::group_unknown::RULE },
    Rule { id: "rbac/issuer-unserved", page: include_str!("../../rules/rbac/issuer-unserved.md"), ..rbac::issuer_unserved::RULE },
    Rule { id: "rbac/misspelt", page: include_str!("../../rules/rbac/misspelt.md"), ..rbac::misspelt::RULE },
    Rule { id: "rbac/resource-missing", page: include_str!("../../rules/rbac/resource-missing.md"), ..rbac::resource_missing::RULE },
    Rule { id: "refs/claim-missing", page: include_str!("../../rules/refs/claim-missing.md"), ..refs::claim_missing::RULE },
    Rule { id: "refs/config-map-missing", page: include_str!("../../rules/refs/config-map-missing.md"), ..refs::config_map_missing::RULE },
    Rule { id: "refs/external-cluster-missing", page: include_str!("../../rules/refs/external-cluster-missing.md"), ..refs::external_cluster_missing::RULE },
    Rule { id: "refs/field-missing", page: include_str!("../../rules/refs/field-missing.md"), ..refs::field_missing::RULE },
    Rule { id: "refs/issuer-missing", page: include_str!("../../rules/refs/issuer-missing.md"), ..refs::issuer_missing::RULE },
    Rule { id: "refs/key-missing", page: include_str!("../../rules/refs/key-missing.md"), ..refs::key_missing::RULE },
    Rule { id: "refs/object-missing", page: include_str!("../../rules/refs/object-missing.md"), ..refs::object_missing::RULE },
    Rule { id: "refs/role-missing", page: include_str!("../../rules/refs/role-missing.md"), ..refs::role_missing::RULE },
    Rule { id: "refs/secret-missing", page: include_str!("../../rules/refs/secret-missing.md"), ..refs::secret_missing::RULE },
    Rule { id: "refs/service-account-missing", page: include_str!("../../rules/refs/service-account-missing.md"), ..refs::service_account_missing::RULE },
    Rule { id: "refs/service-missing", page: include_str!("../../rules/refs/service-missing.md"), ..refs::service_missing::RULE },
    Rule { id: "refs/storage-class-missing", page: include_str!("../../rules/refs/storage-class-missing.md"), ..refs::storage_class_missing::RULE },
    Rule { id: "refs/store-missing", page: include_str!("../../rules/refs/store-missing.md"), ..refs::store_missing::RULE },
    Rule { id: "refs/template-key-missing", page: include_str!("../../rules/refs/template-key-missing.md"), ..refs::template_key_missing::RULE },
    Rule { id: "renovate/annotation", page: include_str!("../../rules/renovate/annotation.md"), ..renovate::annotation::RULE },
    Rule { id: "renovate/idle-manager", page: include_str!("../../rules/renovate/idle-manager.md"), ..renovate::idle_manager::RULE },
    Rule { id: "renovate/incomplete-manager", page: include_str!("../../rules/renovate/incomplete-manager.md"), ..renovate::incomplete_manager::RULE },
    Rule { id: "renovate/invalid-option", page: include_str!("../../rules/renovate/invalid-option.md"), ..renovate::invalid_option::RULE },
    Rule { id: "renovate/invalid-pattern", page: include_str!("../../rules/renovate/invalid-pattern.md"), ..renovate::invalid_pattern::RULE },
    Rule { id: "renovate/invalid-rule", page: include_str!("../../rules/renovate/invalid-rule.md"), ..renovate::invalid_rule::RULE },
    Rule { id: "renovate/lost-backslash", page: include_str!("../../rules/renovate/lost-backslash.md"), ..renovate::lost_backslash::RULE },
    Rule { id: "renovate/no-match", page: include_str!("../../rules/renovate/no-match.md"), ..renovate::no_match::RULE },
    Rule { id: "renovate/preset-missing", page: include_str!("../../rules/renovate/preset-missing.md"), ..renovate::preset_missing::RULE },
    Rule { id: "renovate/unknown-name", page: include_str!("../../rules/renovate/unknown-name.md"), ..renovate::unknown_name::RULE },
    Rule { id: "renovate/unlinked-repository", page: include_str!("../../rules/renovate/unlinked-repository.md"), ..renovate::unlinked_repository::RULE },
    Rule { id: "renovate/unpinned-action", page: include_str!("../../rules/renovate/unpinned-action.md"), ..renovate::unpinned_action::RULE },
    Rule { id: "renovate/wrong-capture", page: include_str!("../../rules/renovate/wrong-capture.md"), ..renovate::wrong_capture::RULE },
    Rule { id: "repo/invisible-character", page: include_str!("../../rules/repo/invisible-character.md"), ..repo::invisible_character::RULE },
    Rule { id: "repo/never-commit", page: include_str!("../../rules/repo/never-commit.md"), ..repo::never_commit::RULE },
    Rule { id: "repo/taskfile-missing", page: include_str!("../../rules/repo/taskfile-missing.md"), ..repo::taskfile_missing::RULE },
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
    Rule { id: "secret/credential", page: include_str!("../../rules/secret/credential.md"), ..secret::credential::RULE },
    Rule { id: "secret/made-twice", page: include_str!("../../rules/secret/made-twice.md"), ..secret::made_twice::RULE },
    Rule { id: "secret/plaintext", page: include_str!("../../rules/secret/plaintext.md"), ..secret::plaintext::RULE },
    Rule { id: "service/address-outside-pool", page: include_str!("../../rules/service/address-outside-pool.md"), ..service::address_outside_pool::RULE },
    Rule { id: "service/duplicate-address", page: include_str!("../../rules/service/duplicate-address.md"), ..service::duplicate_address::RULE },
    Rule { id: "service/host-missing", page: include_str!("../../rules/service/host-missing.md"), ..service::host_missing::RULE },
    Rule { id: "service/monitor-port-missing", page: include_str!("../../rules/service/monitor-port-missing.md"), ..service::monitor_port_missing::RULE },
    Rule { id: "service/pool-invalid", page: include_str!("../../rules/service/pool-invalid.md"), ..service::pool_invalid::RULE },
    Rule { id: "service/port-missing", page: include_str!("../../rules/service/port-missing.md"), ..service::port_missing::RULE },
    Rule { id: "service/probe-port-missing", page: include_str!("../../rules/service/probe-port-missing.md"), ..service::probe_port_missing::RULE },
    Rule { id: "service/target-port-missing", page: include_str!("../../rules/service/target-port-missing.md"), ..service::target_port_missing::RULE },
    Rule { id: "sops/config-name", page: include_str!("../../rules/sops/config-name.md"), ..sops::config_name::RULE },
    Rule { id: "sops/damaged-value", page: include_str!("../../rules/sops/damaged-value.md"), ..sops::damaged_value::RULE },
    Rule { id: "sops/invalid-rule", page: include_str!("../../rules/sops/invalid-rule.md"), ..sops::invalid_rule::RULE },
    Rule { id: "sops/metadata-missing", page: include_str!("../../rules/sops/metadata-missing.md"), ..sops::metadata_missing::RULE },
    Rule { id: "sops/no-rule", page: include_str!("../../rules/sops/no-rule.md"), ..sops::no_rule::RULE },
    Rule { id: "sops/not-encrypted", page: include_str!("../../rules/sops/not-encrypted.md"), ..sops::not_encrypted::RULE },
    Rule { id: "sops/recipients-differ", page: include_str!("../../rules/sops/recipients-differ.md"), ..sops::recipients_differ::RULE },
    Rule { id: "sops/rule-shadowed", page: include_str!("../../rules/sops/rule-shadowed.md"), ..sops::rule_shadowed::RULE },
    Rule { id: "sops/value-in-clear", page: include_str!("../../rules/sops/value-in-clear.md"), ..sops::value_in_clear::RULE },
    Rule { id: "storage/access-mode-unfit", page: include_str!("../../rules/storage/access-mode-unfit.md"), ..storage::access_mode_unfit::RULE },
    Rule { id: "storage/archive-not-empty", page: include_str!("../../rules/storage/archive-not-empty.md"), ..storage::archive_not_empty::RULE },
    Rule { id: "storage/claim-crowded", page: include_str!("../../rules/storage/claim-crowded.md"), ..storage::claim_crowded::RULE },
    Rule { id: "storage/claim-shared", page: include_str!("../../rules/storage/claim-shared.md"), ..storage::claim_shared::RULE },
    Rule { id: "storage/empty-dir-data", page: include_str!("../../rules/storage/empty-dir-data.md"), ..storage::empty_dir_data::RULE },
    Rule { id: "storage/sub-path-missing", page: include_str!("../../rules/storage/sub-path-missing.md"), ..storage::sub_path_missing::RULE },
    Rule { id: "storage/volume-unfit", page: include_str!("../../rules/storage/volume-unfit.md"), ..storage::volume_unfit::RULE },
    Rule { id: "talos/address-differs", page: include_str!("../../rules/talos/address-differs.md"), ..talos::address_differs::RULE },
    Rule { id: "talos/cni-twice", page: include_str!("../../rules/talos/cni-twice.md"), ..talos::cni_twice::RULE },
    Rule { id: "talos/control-plane-only", page: include_str!("../../rules/talos/control-plane-only.md"), ..talos::control_plane_only::RULE },
    Rule { id: "talos/core-dns-kept", page: include_str!("../../rules/talos/core-dns-kept.md"), ..talos::core_dns_kept::RULE },
    Rule { id: "talos/duplicate-node", page: include_str!("../../rules/talos/duplicate-node.md"), ..talos::duplicate_node::RULE },
    Rule { id: "talos/endpoint-port", page: include_str!("../../rules/talos/endpoint-port.md"), ..talos::endpoint_port::RULE },
    Rule { id: "talos/endpoint-unserved", page: include_str!("../../rules/talos/endpoint-unserved.md"), ..talos::endpoint_unserved::RULE },
    Rule { id: "talos/etcd-quorum", page: include_str!("../../rules/talos/etcd-quorum.md"), ..talos::etcd_quorum::RULE },
    Rule { id: "talos/gateway-unreachable", page: include_str!("../../rules/talos/gateway-unreachable.md"), ..talos::gateway_unreachable::RULE },
    Rule { id: "talos/hostname-twice", page: include_str!("../../rules/talos/hostname-twice.md"), ..talos::hostname_twice::RULE },
    Rule { id: "talos/invalid-address", page: include_str!("../../rules/talos/invalid-address.md"), ..talos::invalid_address::RULE },
    Rule { id: "talos/invalid-operation", page: include_str!("../../rules/talos/invalid-operation.md"), ..talos::invalid_operation::RULE },
    Rule { id: "talos/invalid-schematic", page: include_str!("../../rules/talos/invalid-schematic.md"), ..talos::invalid_schematic::RULE },
    Rule { id: "talos/kube-proxy-kept", page: include_str!("../../rules/talos/kube-proxy-kept.md"), ..talos::kube_proxy_kept::RULE },
    Rule { id: "talos/networks-overlap", page: include_str!("../../rules/talos/networks-overlap.md"), ..talos::networks_overlap::RULE },
    Rule { id: "talos/no-control-plane", page: include_str!("../../rules/talos/no-control-plane.md"), ..talos::no_control_plane::RULE },
    Rule { id: "talos/patch-missing", page: include_str!("../../rules/talos/patch-missing.md"), ..talos::patch_missing::RULE },
    Rule { id: "talos/refused-file", page: include_str!("../../rules/talos/refused-file.md"), ..talos::refused_file::RULE },
    Rule { id: "talos/replaced-field", page: include_str!("../../rules/talos/replaced-field.md"), ..talos::replaced_field::RULE },
    Rule { id: "talos/unsupported-kubernetes", page: include_str!("../../rules/talos/unsupported-kubernetes.md"), ..talos::unsupported_kubernetes::RULE },
    Rule { id: "talos/version-skew", page: include_str!("../../rules/talos/version-skew.md"), ..talos::version_skew::RULE },
    Rule { id: "talos/vip-on-worker", page: include_str!("../../rules/talos/vip-on-worker.md"), ..talos::vip_on_worker::RULE },
    Rule { id: "talos/vip-taken", page: include_str!("../../rules/talos/vip-taken.md"), ..talos::vip_taken::RULE },
    Rule { id: "talos/vips-differ", page: include_str!("../../rules/talos/vips-differ.md"), ..talos::vips_differ::RULE },
    Rule { id: "template/syntax", page: include_str!("../../rules/template/syntax.md"), ..template::syntax::RULE },
    Rule { id: "template/undefined-name", page: include_str!("../../rules/template/undefined-name.md"), ..template::undefined_name::RULE },
    Rule { id: "tunnel/catch-all", page: include_str!("../../rules/tunnel/catch-all.md"), ..tunnel::catch_all::RULE },
    Rule { id: "yaml/alias-undefined", page: include_str!("../../rules/yaml/alias-undefined.md"), ..yaml::alias_undefined::RULE },
    Rule { id: "yaml/duplicate-key", page: include_str!("../../rules/yaml/duplicate-key.md"), ..yaml::duplicate_key::RULE },
    Rule { id: "yaml/misplaced-tab", page: include_str!("../../rules/yaml/misplaced-tab.md"), ..yaml::misplaced_tab::RULE },
    Rule { id: "yaml/not-indented", page: include_str!("../../rules/yaml/not-indented.md"), ..yaml::not_indented::RULE },
    Rule { id: "yaml/null-map", page: include_str!("../../rules/yaml/null-map.md"), ..yaml::null_map::RULE },
    Rule { id: "yaml/stray-character", page: include_str!("../../rules/yaml/stray-character.md"), ..yaml::stray_character::RULE },
    Rule { id: "yaml/syntax", page: include_str!("../../rules/yaml/syntax.md"), ..yaml::syntax::RULE },
    Rule { id: "yaml/truthy", page: include_str!("../../rules/yaml/truthy.md"), ..yaml::truthy::RULE },
    Rule { id: "yaml/unquoted-version", page: include_str!("../../rules/yaml/unquoted-version.md"), ..yaml::unquoted_version::RULE },
];
