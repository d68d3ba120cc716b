#!/usr/bin/env bash
# Writes the CRDs of every operator whose Go API package is pinned in go/go.mod into the folder $1.
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/go"
export GOFLAGS=-mod=mod
mapfile -t paths < <(sed -n 's/^\t_ "\(.*\)"/paths=\1/p' tools.go)
mkdir -p "$out"
# Floats are allowed because some operators use them; descriptions stay out of the bundle.
go tool controller-gen crd:maxDescLen=0,allowDangerousTypes=true "${paths[@]}" output:crd:dir="$out"
