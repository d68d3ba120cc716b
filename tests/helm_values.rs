//! What values of app-template mean, with made-up releases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use homelint::helm::{Charts, Fault, FaultKind, Objects, Release, merge, objects, release};
use homelint::kustomize::Kustomize;
use homelint::resource::{File, Resource, Tree};
use homelint::source::FileId;
use homelint::yaml::{Node, parse};

fn first(text: &str) -> Resource {
    let parsed = parse(FileId(0), text);
    Resource::new(parsed.documents[0].root.clone()).unwrap()
}

fn read(tag: &str, values: &str) -> (String, Release) {
    let indented: String = values.lines().map(|line| format!("    {line}\n")).collect();
    with_spec(tag, &format!("  values:\n{indented}"))
}

fn with_spec(tag: &str, spec: &str) -> (String, Release) {
    let head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: apps}\n";
    let text = format!("{head}spec:\n  chartRef: {{kind: OCIRepository, name: web}}\n{spec}");
    let source = first(&format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: web}}\n\
         spec: {{url: 'oci://charts.example.org/library/app-template', ref: {{tag: {tag}}}}}\n"
    ));
    let release = release(&first(&text), Some(&source), |_, _| None).unwrap();
    (text, release)
}

fn made(tag: &str, values: &str) -> Objects {
    objects(&read(tag, values).1, &Charts::builtin(), &Kustomize::new(&Tree::default()))
}

fn titles(objects: &Objects) -> Vec<String> {
    let mut titles: Vec<String> = objects.resources.iter().map(Resource::title).collect();
    titles.sort();
    titles
}

fn at<'a>(objects: &'a Objects, title: &str, path: &[&str]) -> &'a Node {
    let resource = objects.resources.iter().find(|resource| resource.title() == title).expect(title);
    path.iter().fold(&resource.node, |node, key| match key.parse::<usize>() {
        Ok(index) => &node.items()[index],
        Err(_) => node.get(key).unwrap_or_else(|| panic!("{title}: no {key}")),
    })
}

const APP: &str = "controllers:
  web:
    containers:
      app:
        image: {repository: registry.example.org/web, tag: 1.2.3}
        env: {PORT: 8080, BIG: 50000000, HOST: '{{ .Release.Name }}.example.org'}
        probes: {liveness: {enabled: true}}
service:
  app:
    ports: {http: {port: 8080}}
route:
  app:
    hostnames: ['{{ .Release.Name }}.example.org']
    parentRefs: [{name: internal, namespace: network}]
    rules: [{backendRefs: [{identifier: app, port: http}]}]
persistence:
  data: {size: 1Gi, accessMode: ReadWriteOnce, storageClass: fast}
  tmp: {type: emptyDir}
";

#[test]
fn a_release_becomes_its_objects() {
    let objects = made("5.0.0", APP);
    let expected =
        ["Deployment/web", "HTTPRoute/web", "PersistentVolumeClaim/web", "Service/web", "ServiceAccount/web"];
    assert_eq!(titles(&objects), expected);
    assert!(objects.complete && objects.faults.is_empty(), "{:?}", objects.faults);
    let backend = ["spec", "rules", "0", "backendRefs", "0", "port"];
    assert_eq!(at(&objects, "HTTPRoute/web", &backend).text(), Some("8080"));
    assert_eq!(at(&objects, "HTTPRoute/web", &["spec", "hostnames", "0"]).known(), Some("web.example.org"));
    let container = ["spec", "template", "spec", "containers", "0"];
    let container = at(&objects, "Deployment/web", &container);
    assert_eq!(container.text_at(&["image"]), Some("registry.example.org/web:1.2.3"));
    assert_eq!(container.text_at(&["livenessProbe", "tcpSocket", "port"]), Some("8080"));
    let env: Vec<_> = container.items_at(&["env"]).iter().map(|item| item.text_at(&["value"]).unwrap()).collect();
    assert_eq!(env, ["5e+07", "web.example.org", "8080"]);
    let mounts = container.items_at(&["volumeMounts"]).iter().map(|mount| mount.text_at(&["mountPath"]).unwrap());
    assert_eq!(mounts.collect::<Vec<_>>(), ["/data", "/tmp"]);
}

#[test]
fn nodes_keep_their_place_in_the_values() {
    let (text, release) = read("5.0.0", APP);
    let objects = objects(&release, &Charts::builtin(), &Kustomize::new(&Tree::default()));
    let slice = |node: &Node| &text[node.span.start as usize..node.span.end as usize];
    let port = at(&objects, "Service/web", &["spec", "ports", "0", "port"]);
    assert_eq!(slice(port), "8080");
    assert_eq!(slice(at(&objects, "HTTPRoute/web", &["spec", "rules", "0", "backendRefs", "0", "name"])), "app");
    assert_eq!(slice(at(&objects, "Service/web", &["metadata", "name"])), "web");
    assert_eq!(slice(at(&objects, "PersistentVolumeClaim/web", &["spec", "accessModes", "0"])), "ReadWriteOnce");
}

#[test]
fn names_follow_the_major_version() {
    let values = "controllers: {web: {containers: {app: {image: x}}}}
service:
  web: {controller: web, ports: {http: {port: 80}}}
  admin: {controller: web, ports: {http: {port: 81}}}
  off: {enabled: false, controller: web, ports: {http: {port: 82}}}
persistence: {data: {size: 1Gi, accessMode: ReadWriteOnce}}
configMaps: {one: {data: {a: b}, suffix: settings}}
";
    let names = |tag| titles(&made(tag, values));
    let four = ["ConfigMap/web-settings", "Deployment/web", "PersistentVolumeClaim/web"];
    assert_eq!(names("4.1.0"), [&four[..], &["Service/web", "Service/web-admin"]].concat());
    assert!(names("5.0.0").contains(&"ServiceAccount/web".to_owned()));
    assert!(names("3.7.3").contains(&"PersistentVolumeClaim/web-data".to_owned()));
}

#[test]
fn what_a_name_ends_with_is_not_added_again() {
    let values = "controllers: {server: {containers: {app: {image: x}}}, web: {containers: {app: {image: x}}}}
service:
  server: {controller: server, ports: {http: {port: 80}}}
  Metrics: {controller: server, ports: {http: {port: 81}}}
global: {fullnameOverride: shop-server}
configMaps:
  one: {data: {a: b}, suffix: server}
  two: {data: {a: b}, prefix: shop-server, suffix: Blue}
  three: {data: {a: b}, forceRename: '{{ .Release.Name }}-Three'}
";
    let expected = [
        "ConfigMap/shop-server-one-server",
        "ConfigMap/shop-server-two-blue",
        "ConfigMap/web-three",
        "Deployment/shop-server",
        "Deployment/shop-server-web",
        "Service/shop-server",
        "Service/shop-server-metrics",
        "ServiceAccount/shop-server",
    ];
    assert_eq!(titles(&made("4.4.0", &format!("{values}serviceAccount: {{default: {{}}}}\n"))), expected);
}

#[test]
fn a_name_of_the_chart_goes_behind_that_of_the_release() {
    let values = "controllers: {main: {containers: {app: {image: x}}}}\nglobal: {nameOverride: NAME}\n";
    let named = |name| made("5.0.0", &values.replace("NAME", name));
    assert_eq!(titles(&named("shop")), ["Deployment/web-shop", "ServiceAccount/web-shop"]);
    let selector = ["spec", "selector", "matchLabels", "app.kubernetes.io/name"];
    assert_eq!(at(&named("shop"), "Deployment/web-shop", &selector).text(), Some("shop"));
    assert_eq!(titles(&named("we")), ["Deployment/web", "ServiceAccount/web"]);
}

/// Go templates take a zero for empty.
#[test]
fn a_zero_in_a_rolling_update_is_not_written() {
    let update = |options: &str| {
        let values =
            "controllers: {web: {strategy: RollingUpdate, rollingUpdate: OPTIONS, containers: {app: {image: x}}}}";
        let objects = made("5.0.0", &values.replace("OPTIONS", options));
        let strategy = at(&objects, "Deployment/web", &["spec", "strategy"]);
        strategy.get("rollingUpdate").map(|update| homelint::yaml::to_json(update).to_string())
    };
    assert_eq!(update("{unavailable: 0, surge: 1}").as_deref(), Some(r#"{"maxSurge":1}"#));
    assert_eq!(update("{unavailable: 25%}").as_deref(), Some(r#"{"maxUnavailable":"25%"}"#));
    assert_eq!(update("{unavailable: 0}"), None);
}

/// A claim template belongs to its controller, so its `advancedMounts` name containers only.
#[test]
fn claim_templates_are_mounted_where_they_say() {
    let values = "controllers:
  web:
    type: statefulset
    containers: {app: {image: x}, side: {image: y}}
    statefulset:
      volumeClaimTemplates:
        - {name: all, accessMode: ReadWriteOnce, size: 1Gi, globalMounts: [{path: /all}]}
        - {name: data, accessMode: ReadWriteOnce, size: 1Gi, advancedMounts: {app: [{path: /data}, {path: /more, subPath: a}]}}
        - {name: off, enabled: false, accessMode: ReadWriteOnce, size: 1Gi}
";
    let objects = made("5.0.0", values);
    let mounts = |container: &str| -> Vec<String> {
        let container = at(&objects, "StatefulSet/web", &["spec", "template", "spec", "containers", container]);
        let paths = container.items_at(&["volumeMounts"]).iter().filter_map(|mount| mount.text_at(&["mountPath"]));
        paths.map(str::to_owned).collect()
    };
    assert_eq!(mounts("0"), ["/all", "/data", "/more"]);
    assert_eq!(mounts("1"), ["/all"]);
}

#[test]
fn what_is_not_known_stays_unknown() {
    let values = "controllers: {web: {containers: {app: {image: {repository: x, tag: '{{ .Values.gone }}'}}}}}\n";
    let objects = made("5.0.0", values);
    let image = at(&objects, "Deployment/web", &["spec", "template", "spec", "containers", "0", "image"]);
    assert!(image.is_unknown());
    let switched =
        made("5.0.0", "controllers: {web: {enabled: '{{ .Values.gone }}', containers: {app: {image: x}}}}\n");
    assert!(!switched.complete);
}

#[test]
fn names_that_are_not_there_are_faults() {
    let values = "controllers: {web: {containers: {app: {image: x, dependsOn: db}}}}
service: {app: {controller: wbe, ports: {http: {port: 80}}}}
route: {app: {rules: [{backendRefs: [{identifier: ap}]}, {backendRefs: [{identifier: app, port: htp}]}]}}
persistence:
  a: {type: configMap, identifier: settings}
  b: {type: emptyDir, advancedMounts: {web: {main: [{path: /b}]}}}
rbac: {bindings: {x: {roleRef: {identifier: reader}, subjects: [{identifier: nobody}]}}}
serviceMonitor: {app: {endpoints: [{port: metrics}]}}
";
    let objects = made("5.0.0", values);
    let name = |fault: &'_ Fault| fault.finding.message.rsplit('`').nth(1).unwrap().to_owned();
    let mut found: Vec<_> = objects.faults.iter().map(|fault| (fault.kind, name(fault))).collect();
    found.sort();
    let expected = [
        (FaultKind::Controller, "wbe".to_owned()),
        (FaultKind::Container, "db".to_owned()),
        (FaultKind::MountContainer, "main".to_owned()),
        (FaultKind::Service, "ap".to_owned()),
        (FaultKind::Port, "htp".to_owned()),
        (FaultKind::Port, "metrics".to_owned()),
        (FaultKind::ConfigMap, "settings".to_owned()),
        (FaultKind::ServiceAccount, "nobody".to_owned()),
        (FaultKind::Role, "reader".to_owned()),
    ];
    assert_eq!(found, expected);
}

fn refused(tag: &str, values: &str) -> Vec<String> {
    let mut messages: Vec<String> = made(tag, values).refused.into_iter().map(|fault| fault.finding.message).collect();
    messages.sort();
    messages
}

#[test]
fn what_the_chart_refuses_depends_on_its_major() {
    let values = "controllers: {web: {containers: {app: {image: x, tyy: true}}}}
service: {app: {nameOverride: web, ports: {http: {}}}}
serviceAccount: {create: false, name: web}
persistence: {a: {type: emptyDir, size: 1Gi}, b: {existingClaim: b, globalMounts: [{defaultMode: 0644}]}, c: {type: x}}
";
    let always = [
        "`type` cannot be `x`",
        "at least one of `port` and `portRange` is required in `service.app.ports.http` of app-template",
        "unknown field `defaultMode` in `persistence.b.globalMounts[]` of app-template",
        "unknown field `size` in `persistence.a` of app-template",
        "unknown field `tyy` in `controllers.web.containers.app` of app-template",
    ];
    assert_eq!(refused("3.7.3", values), always);
    let newer = [
        "`create` must be a mapping, found the boolean false",
        "`name` must be a mapping, found the string \"web\"",
        "`type` cannot be `x`",
        "at least one of `port` and `portRange` is required in `service.app.ports.http` of app-template",
        "unknown field `defaultMode` in `persistence.b.globalMounts[]` of app-template",
        "unknown field `nameOverride` in `service.app` of app-template",
        "unknown field `size` in `persistence.a` of app-template",
        "unknown field `tyy` in `controllers.web.containers.app` of app-template",
    ];
    assert_eq!(refused("4.1.1", values), newer);
    assert_eq!(refused("1.5.1", values), [""; 0]);
    assert_eq!(refused("4.1.1", APP), [""; 0]);
}

#[test]
fn values_come_from_config_maps_and_yield_to_those_written() {
    let map = first(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata:\n  image: '2.0'\n  \
         values.yaml: 'service: {app: {type: NodePort}}'\n",
    );
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: apps}
spec:
  valuesFrom:
    - {kind: ConfigMap, name: more}
    - {kind: ConfigMap, name: more, valuesKey: image, targetPath: image.tag}
  values: {service: {app: {enabled: true}}, image: {repository: x}}
";
    let read = |text: &str| {
        release(&first(text), None, |kind, name| ((kind, name) == ("ConfigMap", "more")).then_some(&map)).unwrap()
    };
    let whole = read(text);
    assert_eq!(whole.values.text_at(&["service", "app", "type"]), Some("NodePort"));
    assert_eq!(whole.values.text_at(&["service", "app", "enabled"]), Some("true"));
    assert_eq!(whole.values.text_at(&["image", "tag"]), Some("2.0"));
    assert_eq!(whole.values.text_at(&["image", "repository"]), Some("x"));
    assert!(!whole.partial);
    assert!(read(&text.replace("name: more}", "name: gone}")).partial);
}

#[test]
fn values_merge_as_helm_merges_them() {
    let node = |text: &str| parse(FileId(0), text).documents[0].root.clone();
    let merged = merge(&node("a: {b: 1, c: [1, 2]}\nd: 1\n"), &node("a: {c: [3]}\nd: {e: 2}\n"));
    assert_eq!(merged.text_at(&["a", "b"]), Some("1"));
    assert_eq!(merged.items_at(&["a", "c"]).len(), 1);
    assert_eq!(merged.text_at(&["d", "e"]), Some("2"));
}

#[test]
fn odd_values_do_no_harm() {
    for values in [
        "controllers: 1\n",
        "controllers: {a: }\nservice: [1]\n",
        "route: {a: {rules: x, parentRefs: 1}}\n",
        "controllers: {a: {containers: {b: x, c: {env: 1, dependsOn: c, probes: 1}}}}\npersistence: {a: 1, b: {globalMounts: 1}}\n",
    ] {
        made("5.0.0", values);
        made("2.0.0", values);
    }
}

#[test]
fn post_renderers_change_what_the_chart_makes() {
    let values: String = APP.lines().map(|line| format!("    {line}\n")).collect();
    let rendered = |patches: &str| {
        let renderers = format!("  postRenderers:\n    - kustomize:\n{patches}");
        let (text, release) = with_spec("5.0.0", &format!("{renderers}  values:\n{values}"));
        let tree = Tree::new(vec![File::read(FileId(0), "web.yaml", Some(text.clone()))]);
        (text, objects(&release, &Charts::builtin(), &Kustomize::new(&tree)))
    };
    let (text, objects) = rendered(
        "        images: [{name: registry.example.org/web, newTag: 2.0.0}]
        patches:
          - target: {kind: Service, name: web}
            patch: |
              - op: replace
                path: /spec/ports/0/port
                value: 9090
          - patch: |
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web, namespace: apps}
              spec: {template: {spec: {hostNetwork: true}}}
          - target: {kind: ServiceAccount}
            patch: |
              $patch: delete
              apiVersion: v1
              kind: ServiceAccount
              metadata: {name: all}
",
    );
    assert!(objects.complete && objects.whole);
    let port = at(&objects, "Service/web", &["spec", "ports", "0", "port"]);
    assert_eq!(&text[port.span.start as usize..port.span.end as usize], "9090");
    let pod = at(&objects, "Deployment/web", &["spec", "template", "spec"]);
    assert_eq!(pod.text_at(&["hostNetwork"]), Some("true"));
    assert_eq!(pod.items_at(&["containers"])[0].text_at(&["image"]), Some("registry.example.org/web:2.0.0"));
    assert!(!titles(&objects).contains(&"ServiceAccount/web".to_owned()));
    // A patch for what is not derived may mean something that is not known.
    let (_, objects) = rendered(
        "        patches:
          - target: {kind: DaemonSet, name: web}
            patch: '[{\"op\": \"remove\", \"path\": \"/spec\"}]'
",
    );
    assert!(!objects.complete && titles(&objects).contains(&"Service/web".to_owned()));
}
