"""Writes the CRDs of the operators in sources.yaml: DIR/<part>/<release>/*.yaml, each release in a Go module of its own.

    python3 crds.py DIR
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

CONTROLLER_GEN = "sigs.k8s.io/controller-tools/cmd/controller-gen"
NEWEST = "v0.23.0"
ENVIRONMENT = {**os.environ, "GOFLAGS": "-mod=mod"}


def folder_of(part):
    """A part's name as one folder."""
    return re.sub(r"[^\w.-]", "_", part)


def run(*command, cwd, check=True, **more):
    done = subprocess.run(command, cwd=cwd, env={**ENVIRONMENT, **more}, check=check, capture_output=True, text=True)
    return done.stdout


def packages_of(row, work):
    """The packages that this release has: a version of an API comes and goes."""
    folder = Path(json.loads(run("go", "mod", "download", "-json", row["part"], cwd=work))["Dir"])
    return [f"{row['part']}/{package}" for package in row["packages"] if (folder / package).is_dir()]


def stub(work, path, types):
    """A package of empty types, for one that an operator's own repository replaces."""
    folder = work / "stubs" / folder_of(path)
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module {path}\n")
    lines = [f"package {path.rpartition('/')[2]}", *(f"type {name} struct{{}}" for name in types)]
    (folder / "types.go").write_text("\n".join(lines) + "\n")
    run("go", "mod", "edit", f"-replace={path}={folder}", cwd=work)


def generator(version, target):
    """The path of this release of controller-gen."""
    folder = target / "controller-gen" / version
    if not folder.exists():
        run("go", "install", f"{CONTROLLER_GEN}@{version}", cwd=target, GOBIN=str(folder))
    return folder / "controller-gen"


def generate(row, release, target, out):
    # Descriptions stay out of the bundle, apart from those with rules in them; some operators use floats.
    options = "" if row.get("descriptions") else "maxDescLen=0,"
    with tempfile.TemporaryDirectory() as work:
        run("go", "mod", "init", "crds", cwd=work)
        # Asks for the packages alone: what else an operator imports may be large, or not to be had.
        run("go", "mod", "edit", f"-require={row['part']}@{release}", cwd=work)
        for path, types in row.get("stubs", {}).items():
            stub(Path(work), path, types)
        packages = packages_of(row, work)
        Path(work, "tools.go").write_text("package crds\n" + "".join(f'import _ "{path}"\n' for path in packages))
        run("go", "list", "-e", "-deps", ".", cwd=work)
        paths = [f"paths={path}" for path in packages]
        run(generator(row.get("generator", NEWEST), target), f"crd:{options}allowDangerousTypes=true", *paths, f"output:crd:dir={out}", cwd=work,
            check=not row.get("lacks"))


def main():
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    for row in yaml.safe_load((Path(__file__).parent / "sources.yaml").read_text()):
        for release in row["releases"]:
            out = target / folder_of(row["part"]) / release
            if out.exists():
                continue
            try:
                generate(row, release, target, out)
            except subprocess.CalledProcessError as error:
                raise SystemExit(f"{row['part']} {release}: {error.stderr or error.stdout}") from None
            print(row["part"], release, len(list(out.glob("*.yaml"))), flush=True)


if __name__ == "__main__":
    main()
