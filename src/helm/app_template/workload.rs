//! `controllers`: Deployments, StatefulSets, DaemonSets, CronJobs and Jobs with their pods.

use super::super::fault::FaultKind;
use super::super::object::{Object, is_empty, layered, value};
use super::app::{App, Item, find, ids};
use crate::yaml::Node;

/// Pod options that are handed on as written.
const POD_OPTIONS: [&str; 24] = [
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "hostname",
    "imagePullSecrets",
    "nodeSelector",
    "priorityClassName",
    "resourceClaims",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "shareProcessNamespace",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "resources",
];

/// Options of a CronJob that its `spec` takes, by their name there.
const CRON_OPTIONS: [(&str, &str); 7] = [
    ("concurrencyPolicy", "concurrencyPolicy"),
    ("failedJobsHistory", "failedJobsHistoryLimit"),
    ("schedule", "schedule"),
    ("startingDeadlineSeconds", "startingDeadlineSeconds"),
    ("successfulJobsHistory", "successfulJobsHistoryLimit"),
    ("suspend", "suspend"),
    ("timeZone", "timeZone"),
];

/// Options of a Job's `spec`.
const JOB_OPTIONS: [&str; 8] = [
    "activeDeadlineSeconds",
    "backoffLimit",
    "completionMode",
    "completions",
    "parallelism",
    "podReplacementPolicy",
    "suspend",
    "ttlSecondsAfterFinished",
];

impl<'a> App<'a> {
    /// Adds the workload of every controller.
    pub(super) fn workloads(&mut self) {
        for controller in self.controllers.clone() {
            let kind = controller.value.get("type").map(|node| self.scope.text(node));
            let kind = kind.as_ref().and_then(Node::text).unwrap_or("deployment").to_ascii_lowercase();
            let (api_version, kind, spec) = match kind.as_str() {
                "deployment" => ("apps/v1", "Deployment", self.deployment(&controller)),
                "statefulset" => ("apps/v1", "StatefulSet", self.stateful_set(&controller)),
                "daemonset" => ("apps/v1", "DaemonSet", self.selected_pods(&controller)),
                "cronjob" => ("batch/v1", "CronJob", self.cron_job(&controller)),
                "job" => ("batch/v1", "Job", self.job(&controller, "job")),
                _ => {
                    self.complete = false;
                    continue;
                }
            };
            let body = Object::at(controller.key.span).put("spec", spec.node());
            let labels = self.selector(&controller).node();
            self.add(api_version, kind, controller.key, &controller.name, Some(labels), body);
        }
    }

    fn deployment(&mut self, controller: &Item<'a>) -> Object {
        let strategy = self.strategy(controller, &[("maxUnavailable", "unavailable"), ("maxSurge", "surge")]);
        let strategy = strategy.text_or("type", "Recreate").node();
        self.replicated(controller).put("strategy", strategy)
    }

    fn stateful_set(&mut self, controller: &Item<'a>) -> Object {
        let strategy = self.strategy(controller, &[("partition", "partition"), ("maxUnavailable", "unavailable")]);
        let strategy = strategy.text_or("type", "RollingUpdate").node();
        let spec = self.replicated(controller).put("updateStrategy", strategy);
        let options = controller.value.get("statefulset");
        let written = options.and_then(|options| options.get("serviceName"));
        let service = match written.and_then(|node| node.get("identifier")) {
            Some(identifier) => self.service_name(identifier),
            None => written.map(|node| self.scope.text(node)),
        };
        let service = service.or_else(|| Some(self.fullname.clone()));
        let templates = options.map_or(&[][..], |options| options.items_at(&["volumeClaimTemplates"]));
        let templates = templates.iter().map(|template| self.claim_template(template)).collect();
        spec.maybe("serviceName", service).list("volumeClaimTemplates", templates)
    }

    /// `replicas`, `selector` and `template`.
    fn replicated(&mut self, controller: &Item<'a>) -> Object {
        let replicas = self.field(controller.value, "replicas");
        self.selected_pods(controller).maybe("replicas", replicas)
    }

    /// `selector` and `template`.
    fn selected_pods(&mut self, controller: &Item<'a>) -> Object {
        let span = controller.key.span;
        let labels = self.selector(controller).node();
        let selector = Object::at(span).put("matchLabels", labels).node();
        Object::at(span).put("selector", selector).put("template", self.pod(controller))
    }

    /// `type` and `rollingUpdate`, whose fields have a name in Kubernetes and a shorthand.
    fn strategy(&self, controller: &Item, fields: &[(&'static str, &str)]) -> Object {
        let written = self.field(controller.value, "strategy");
        let rolling = written.as_ref().and_then(Node::text) == Some("RollingUpdate");
        let strategy = Object::at(controller.key.span).maybe("type", written);
        let Some(options) = controller.value.get("rollingUpdate").filter(|node| rolling && !is_empty(node)) else {
            return strategy;
        };
        // A zero is empty to a Go template.
        let given = |name: &str| self.field(options, name).filter(|node| node.text() != Some("0"));
        let update = fields.iter().fold(Object::at(options.span), |update, (field, short)| {
            update.maybe(field, given(field).or_else(|| given(short)))
        });
        if update.is_empty() { strategy } else { strategy.put("rollingUpdate", update.node()) }
    }

    fn cron_job(&mut self, controller: &Item<'a>) -> Object {
        let span = controller.key.span;
        let mut spec = Object::at(span);
        for (option, field) in CRON_OPTIONS {
            let value = controller.value.at(&["cronjob", option]).filter(|node| !node.is_null());
            spec = spec.maybe(field, value.map(|node| self.scope.text(node)));
        }
        let job = self.job(controller, "cronjob").node();
        spec.put("jobTemplate", Object::at(span).put("spec", job).node())
    }

    /// A Job's `spec`; a CronJob's `suspend` is its own and not the Job's.
    fn job(&mut self, controller: &Item<'a>, options: &str) -> Object {
        let mut spec = Object::at(controller.key.span);
        for option in JOB_OPTIONS.into_iter().filter(|option| options == "job" || *option != "suspend") {
            let value = controller.value.at(&[options, option]).filter(|node| !node.is_null());
            spec = spec.maybe(option, value.map(|node| self.scope.text(node)));
        }
        spec.put("template", self.pod(controller))
    }

    /// The pod template.
    fn pod(&mut self, controller: &Item<'a>) -> Node {
        let span = controller.key.span;
        let own = controller.value.entries_at(&["pod"]);
        let merged = self.values.text_at(&["defaultPodOptionsStrategy"]) == Some("merge");
        let options = layered(own, self.values.entries_at(&["defaultPodOptions"]), merged);
        let spec = self.pass(Object::at(span), &options, &POD_OPTIONS);
        let mut labels = self.selector(controller);
        for entry in value(&options, "labels").map_or(&[][..], Node::entries) {
            labels = labels.entry(entry.key.clone(), self.scope.text(&entry.value));
        }
        let account = self.account_name(controller);
        let spec = spec.maybe("serviceAccountName", account);
        let init = self.containers(controller, "initContainers");
        let spec = spec.list("initContainers", init).list("containers", self.containers(controller, "containers"));
        let spec = spec.list("volumes", self.volumes(controller));
        let metadata = Object::at(span).put("labels", labels.node()).node();
        Object::at(span).put("metadata", metadata).put("spec", spec.node()).node()
    }

    /// The ServiceAccount of a pod, where the values decide it.
    fn account_name(&mut self, controller: &Item) -> Option<Node> {
        let reference = controller.value.get("serviceAccount");
        if let Some(identifier) = reference.and_then(|node| node.get("identifier")).filter(|node| !is_empty(node)) {
            let identifier = self.scope.text(identifier);
            let found = find(&self.accounts, identifier.text()?).map(|account| account.name.clone());
            if found.is_none() {
                self.fault(FaultKind::ServiceAccount, &identifier, ids(&self.accounts));
            }
            return found;
        }
        if let Some(name) = reference.and_then(|node| self.field(node, "name")) {
            return Some(name);
        }
        match self.accounts.as_slice() {
            [only] => Some(only.name.clone()),
            [] => Some(Node::string(controller.key.span, "default")),
            _ => None,
        }
    }
}
