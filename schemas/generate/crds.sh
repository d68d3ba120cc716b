#!/usr/bin/env bash
# Writes the CRDs of the operators whose Go API packages are pinned here: $1/older, then $1/current.
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")"
export GOFLAGS=-mod=mod
for module in older current; do
    mkdir -p "$out/$module"
    (
        cd "go-$module"
        mapfile -t paths < <(sed -n 's/^\t_ "\(.*\)"/paths=\1/p' tools.go)
        # Floats are allowed because some operators use them; descriptions stay out of the bundle.
        go tool controller-gen crd:maxDescLen=0,allowDangerousTypes=true "${paths[@]}" output:crd:dir="$out/$module"
    )
done

# Gateway API keeps the rules of its experimental channel in descriptions: bundle.py reads them there.
mkdir -p "$out/gateway-api"
cd go-current
mapfile -t paths < <(sed -n 's/^\t_ "\(sigs.k8s.io\/gateway-api\/.*\)"/paths=\1/p' tools.go)
go tool controller-gen crd "${paths[@]}" output:crd:dir="$out/gateway-api"
