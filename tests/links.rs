//! What the tables say about references and created objects.
#![allow(clippy::unwrap_used)]

use homelint::links::{Links, Maker, Place, Table};
use homelint::resource::Resource;
use homelint::source::FileId;
use homelint::yaml::{self, from_node};

fn resource(text: &str) -> Resource {
    Resource::new(yaml::parse(FileId(0), text).documents[0].root.clone()).unwrap()
}

fn place(place: &Place) -> String {
    match place {
        Place::Cluster => "cluster".to_owned(),
        Place::Namespace(name) => name.to_string(),
        Place::Unknown => "?".to_owned(),
        Place::Everywhere => "*".to_owned(),
    }
}

/// `Kind place/name key needs…`, one a reference.
fn references(text: &str) -> Vec<String> {
    let resource = resource(text);
    let describe = |reference: homelint::links::Reference| {
        let mut words = vec![
            reference.kinds.iter().map(|kind| kind.kind.to_string()).collect::<Vec<_>>().join("|"),
            format!("{}/{}", place(&reference.place), reference.name.text().unwrap()),
        ];
        words.extend(reference.key.and_then(|key| key.text()).map(str::to_owned));
        words.extend(reference.needs.iter().map(|need| format!("+{need}")));
        words.extend(reference.optional.then(|| "optional".to_owned()));
        words.join(" ")
    };
    Links::embedded().references(&resource).into_iter().map(describe).collect()
}

/// `Kind place/name keys`, one an object.
fn created(text: &str) -> Vec<String> {
    let resource = resource(text);
    let describe = |object: homelint::links::Created| {
        let keys = object.keys.map_or("?".to_owned(), |keys| keys.join(","));
        format!(
            "{} {}/{}{} {keys}",
            object.kind.kind,
            place(&object.place),
            object.name.unwrap_or_default(),
            if object.ordinal { "-#" } else { "" }
        )
    };
    Links::embedded().creates(&resource).into_iter().map(describe).collect()
}

#[test]
fn tables_are_well_formed() {
    let mut files = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/links")).unwrap() {
        let path = entry.unwrap().path();
        let parsed = yaml::parse(FileId(0), &std::fs::read_to_string(&path).unwrap());
        assert!(parsed.problems.is_empty(), "{path:?} {:?}", parsed.problems);
        assert_eq!(from_node::<Table>(&parsed.documents[0].root).1, [], "{path:?}");
        files += 1;
    }
    assert_eq!(files, 6, "each table is named in the code");
}

#[test]
fn workloads() {
    let text = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec:
  template:
    spec:
      serviceAccountName: web
      imagePullSecrets: [{name: pull}]
      initContainers: [{name: i, envFrom: [{configMapRef: {name: init, optional: true}}]}]
      containers:
        - name: web
          env:
            - {name: A, valueFrom: {secretKeyRef: {name: login, key: password}}}
      volumes:
        - {name: a, persistentVolumeClaim: {claimName: data}}
        - {name: b, projected: {sources: [{secret: {name: tls}}]}}
        - {name: c, secret: {secretName: \"${X}\", optional: true}}
";
    assert_eq!(
        references(text),
        [
            "Secret apps/login password",
            "ConfigMap apps/init optional",
            "Secret apps/pull optional",
            "ServiceAccount apps/web",
            "Secret apps/${X} optional",
            "PersistentVolumeClaim apps/data",
            "Secret apps/tls",
        ]
    );
}

#[test]
fn flux_and_gateways() {
    let text = "
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: apps}
spec:
  chartRef: {kind: OCIRepository, name: chart, namespace: charts}
  dependsOn: [{name: db, namespace: data}]
  valuesFrom: [{kind: Secret, name: values}, {kind: ConfigMap, name: more, valuesKey: x.yaml}]
";
    assert_eq!(
        references(text),
        [
            "OCIRepository charts/chart",
            "HelmRelease data/db",
            "Secret apps/values +values.yaml",
            "ConfigMap apps/more x.yaml"
        ]
    );
    let text = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: apps}
spec:
  parentRefs: [{name: internal, namespace: network}, {kind: Service, group: '', name: mesh}, {kind: Other, group: x.io, name: y}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
";
    assert_eq!(references(text), ["Gateway network/internal", "Service apps/mesh", "Service apps/web"]);
    let text = "
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web, namespace: apps}
spec: {secretName: web-tls, issuerRef: {kind: ClusterIssuer, name: acme}}
";
    assert_eq!(references(text), ["ClusterIssuer cluster/acme"]);
    assert!(created(text)[0].starts_with("Secret apps/web-tls tls.crt,tls.key"));
}

#[test]
fn operators_create() {
    let external = |spec: &str| {
        created(&format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: login, namespace: apps}}\nspec: {spec}\n"
        ))
    };
    assert_eq!(external("{data: [{secretKey: a}, {secretKey: b}]}"), ["Secret apps/login a,b"]);
    assert_eq!(external("{target: {name: x}, dataFrom: [{extract: {key: y}}]}"), ["Secret apps/x ?"]);
    assert_eq!(
        external("{target: {template: {data: {URL: z}}}, dataFrom: [{extract: {key: y}}]}"),
        ["Secret apps/login URL"]
    );
    assert_eq!(external("{target: {creationPolicy: None}}"), [""; 0]);
    let cluster = "
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: pg, namespace: data}
spec: {bootstrap: {initdb: {secret: {name: own}}}}
";
    let names: Vec<String> =
        created(cluster).iter().map(|object| object.rsplit_once(' ').unwrap().0.to_owned()).collect();
    assert!(names.contains(&"Service data/pg-rw".to_owned()));
    assert!(!names.contains(&"Secret data/pg-app".to_owned()), "{names:?}");
    let user = "
apiVersion: db.movetokube.com/v1alpha1
kind: PostgresUser
metadata: {name: web, namespace: apps}
spec: {secretName: postgres}
";
    assert!(created(user)[0].starts_with("Secret apps/postgres-web POSTGRES_URL"));
    let set = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec: {volumeClaimTemplates: [{metadata: {name: disk}}, {metadata: {name: log}}]}
";
    assert_eq!(created(set), ["PersistentVolumeClaim data/disk-db-# ?", "PersistentVolumeClaim data/log-db-# ?"]);
    let objects = Links::embedded().creates(&resource(set));
    assert!(objects[0].is_named("disk-db-12") && !objects[0].is_named("disk-db-x") && !objects[0].is_named("disk-db"));
}

#[test]
fn policies_and_roles_make_objects() {
    let policy = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: copies}
spec:
  rules:
    - generate: {apiVersion: v1, kind: Secret, name: login, namespace: \"{{request.object.metadata.name}}\", clone: {name: login}}
    - generate: {apiVersion: v1, kind: ConfigMap, name: site, namespace: web, data: {data: {color: red}}}
    - generate: {cloneList: {kinds: [v1/Secret], namespace: data}, namespace: web}
    - validate: {message: no}
";
    assert_eq!(created(policy), ["Secret */login ?", "ConfigMap web/site color", "Secret web/ ?", "ConfigMap web/ ?"]);
    let role = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker, namespace: web}
rules:
  - {apiGroups: [\"\"], resources: [secrets], resourceNames: [token], verbs: [get, update]}
  - {apiGroups: [\"\"], resources: [secrets], resourceNames: [other], verbs: [get]}
";
    assert_eq!(created(role), ["Secret web/token ?"]);
    let any = "
apiVersion: example.org/v1
kind: Bucket
metadata: {name: b}
spec: {writeConnectionSecretToRef: {name: b-login, namespace: web}}
";
    assert_eq!(created(any), ["Secret web/b-login ?"]);
    let users = "
apiVersion: acid.zalan.do/v1
kind: postgresql
metadata: {name: pg, namespace: data}
spec: {users: {app: []}}
";
    let users = created(users);
    assert!(
        users.contains(&"Secret data/app.pg.credentials.postgresql.acid.zalan.do username,password".to_owned()),
        "{users:?}"
    );
}

#[test]
fn what_is_made_outside_is_said_by_the_field() {
    let text = "
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  decryption: {secretRef: {name: age}}
  postBuild: {substituteFrom: [{kind: Secret, name: settings}]}
";
    let resource = resource(text);
    let links = Links::embedded();
    let makers: Vec<_> =
        links.references(&resource).iter().map(|reference| (reference.name.text().unwrap(), reference.maker)).collect();
    assert_eq!(makers, [("age", Maker::Outside), ("settings", Maker::Anyone)]);
    assert!(!links.adds_variables(&resource));
}

#[test]
fn a_webhook_or_a_policy_adds_variables() {
    let adds = |text: &str| Links::embedded().adds_variables(&resource(text));
    assert!(adds(
        "
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: webhook}
spec: {url: oci://registry.example.org/charts/kustomize-mutating-webhook}
"
    ));
    let policy = |patch: &str| {
        format!(
            "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: variables}}
spec: {{rules: [{{mutate: {patch}}}]}}
"
        )
    };
    assert!(adds(&policy("{patchStrategicMerge: {spec: {postBuild: {substituteFrom: []}}}}")));
    assert!(adds(&policy("{patchesJson6902: \"- {op: add, path: /spec/postBuild/substituteFrom/-}\"}")));
    assert!(!adds(&policy("{patchStrategicMerge: {spec: {replicas: 1}}}")));
}

#[test]
fn a_user_adds_a_table() {
    let mut links = Links::embedded();
    let table = "
references: [{from: example.org/App, fields: [{at: 'spec.secrets[]', to: Secret, key: item}]}]
creates: [{from: example.org/App, kind: Service, name: 'app-{metadata.name}'}]
";
    let table = yaml::parse(FileId(0), table);
    let (table, faults) = from_node(&table.documents[0].root);
    assert_eq!(faults, []);
    links.add(table);
    let app = resource(
        "{apiVersion: example.org/v1, kind: App, metadata: {name: a, namespace: n}, spec: {secrets: [{name: s, item: k}]}}",
    );
    assert_eq!(links.references(&app)[0].key.and_then(|key| key.text()), Some("k"));
    assert_eq!(links.creates(&app)[0].name.as_deref(), Some("app-a"));
    let wrong = yaml::parse(FileId(0), "references: [{from: A, fields: [{at: 'a..b', to: B}]}]");
    let (_, faults) = from_node::<Table>(&wrong.documents[0].root);
    assert_eq!(faults[0].message, "this is not a path such as `spec.rules[].backendRefs[]`");
}

#[test]
fn many_resources_take_little_time() {
    let links = Links::embedded();
    let resources: Vec<Resource> = (0..10_000)
        .map(|n| resource(&format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a{n}, namespace: b}}\nspec: {{template: {{spec: {{containers: [{{name: a, env: [{{name: x, value: y}}, {{name: z, valueFrom: {{secretKeyRef: {{name: s, key: k}}}}}}]}}]}}}}}}\n")))
        .collect();
    let start = std::time::Instant::now();
    let found: usize =
        resources.iter().map(|resource| links.references(resource).len() + links.creates(resource).len()).sum();
    assert_eq!(found, 10_000);
    println!("{:?}", start.elapsed());
}
