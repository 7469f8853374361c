#!/usr/bin/env bash
# Builds a Kubernetes control plane (kube-apiserver, kube-controller-manager, kube-scheduler) and brings etcd,
# from Debian's archive alone, for `npm run test:kubernetes`.
#
#   bash scripts/kubernetes/build.sh    prints the folder of the four binaries on stdout, progress on stderr
#
# Idempotent: a finished build is kept under ~/.cache/keelson (XDG_CACHE_HOME is honoured). Safe to run in
# parallel: the others wait for the first. A build that was killed leaves nothing that looks finished, because
# the folder is moved into place only when it is whole.
#
# Debian 12 carries Kubernetes 1.20.2 as source with every Go dependency vendored; no binary package of it
# exists. Go and etcd are unpacked from their packages, not installed: etcd-server would start a service on the
# machine, and the 400 MB of Go are only wanted for these minutes. Root is needed only to install a missing
# small tool (make, rsync, dpkg-dev).
set -euo pipefail

version=1.20.2
# Raise it with every change of what is built, so that no older build is taken for it.
recipe=2
suite=bookworm
cache="${XDG_CACHE_HOME:-$HOME/.cache}/keelson"
home="$cache/kubernetes-$version"
bin="$home/bin"
work="$home.build"
binaries=(kube-apiserver kube-controller-manager kube-scheduler)

say() { echo "kubernetes build: $*" >&2; }
die() { say "$*"; exit 1; }

complete() {
  local name
  [[ -e "$home/recipe-$recipe" ]] || return 1
  for name in etcd "${binaries[@]}"; do [[ -x "$bin/$name" ]] || return 1; done
}

if complete; then echo "$bin"; exit 0; fi

command -v apt-get >/dev/null && command -v flock >/dev/null ||
  die "needs a Debian system (apt-get, flock); set KUBEBUILDER_ASSETS or KEELSON_TEST_KUBECONFIGS instead"

mkdir -p "$cache"
exec 9>"$cache/kubernetes-$version.lock"
flock --nonblock 9 || { say "another build is under way, waiting for it"; flock 9; }
if complete; then echo "$bin"; exit 0; fi

started=$SECONDS
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

log="$work/build.log"
run() { # run LABEL COMMAND…: quiet when it succeeds, the log's tail when it fails
  local label=$1 from=$SECONDS
  shift
  say "$label"
  "$@" >"$log" 2>&1 9>&- </dev/null || { tail -n 40 "$log" >&2; die "$label: failed"; }
  say "$label: $((SECONDS - from)) s"
}

# --- tools -----------------------------------------------------------------------------------------------------

missing=()
for tool in make rsync; do command -v "$tool" >/dev/null || missing+=("$tool"); done
command -v dpkg-source >/dev/null || missing+=(dpkg-dev)
if ((${#missing[@]})); then
  ((EUID == 0)) || die "needs ${missing[*]}; install them, or run as root"
  export DEBIAN_FRONTEND=noninteractive
  run "refreshing package lists" apt-get update
  run "installing ${missing[*]}" apt-get -y --no-install-recommends install "${missing[@]}"
fi

# --- sources ---------------------------------------------------------------------------------------------------

# An apt of our own, beside the system's: deb-src is enabled here only, no system list is touched, and no
# system lock is held. The mirror is the one that the machine already uses, if it is a Debian.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' \
  2>/dev/null | head -n 1 || true)
mirror=${mirror:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || die "needs Debian's archive keyring ($keyring)"

apt_home="$work/apt"
mkdir -p "$apt_home"/{etc,state/lists/partial,cache/archives/partial}
: >"$apt_home/status"
printf '%s [signed-by=%s] %s %s main\n' \
  deb "$keyring" "$mirror" "$suite" deb-src "$keyring" "$mirror" "$suite" >"$apt_home/etc/sources.list"
own_apt() {
  apt-get \
    -o Dir::Etc::SourceList="$apt_home/etc/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State="$apt_home/state" -o Dir::State::status="$apt_home/status" -o Dir::Cache="$apt_home/cache" \
    -o APT::Sandbox::User= -o Acquire::Retries=3 -o Acquire::Languages=none "$@"
}

mkdir -p "$work"/{packages,root,source}
run "reading $suite's package lists" own_apt update
cd "$work/packages"
run "fetching Go and etcd" own_apt download golang-1.19-go golang-1.19-src etcd-server \
  golang-github-modern-go-reflect2-dev
for package in *.deb; do dpkg-deb -x "$package" "$work/root"; done
cd "$work/source"
run "fetching the source of Kubernetes" own_apt source kubernetes

tree="$work/go/src/k8s.io/kubernetes"
mkdir -p "$(dirname "$tree")"
unpacked=$(echo "$work"/source/kubernetes-*/)
# Debian calls it 1.20.5+really1.20.2.
[[ $unpacked == *"$version"/ ]] || die "expected the source of $version, got ${unpacked##*/source/}"
mv "$unpacked" "$tree"
rm -rf "$work/source" "$work/packages"

# The vendored reflect2 1.0.1 iterates maps in a way that Go 1.18 broke: the API server faults at the first custom
# resource with more than one piece of metadata (modern-go/reflect2 issue 26). Debian's 1.0.2 is the upstream fix.
rm -rf "$tree/vendor/github.com/modern-go/reflect2"
cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$tree/vendor/github.com/modern-go/reflect2"

# --- build -----------------------------------------------------------------------------------------------------

export GOROOT="$work/root/usr/lib/go-1.19" GOPATH="$work/go" GOCACHE="$work/go-cache" GO111MODULE=off
export CGO_ENABLED=0 GOFLAGS= PATH="$work/root/usr/lib/go-1.19/bin:$PATH"
# The tree is no git checkout; without this the build scripts ask git for a version and fail.
export KUBE_GIT_VERSION_FILE="$work/version"
cat >"$KUBE_GIT_VERSION_FILE" <<END
KUBE_GIT_COMMIT='debian'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
END

cd "$tree"
run "generating code" make generated_files

stamp=
for package in k8s.io/client-go/pkg/version k8s.io/component-base/version; do
  for variable in gitVersion=v$version gitMajor=1 gitMinor=20 gitCommit=debian gitTreeState=archive; do
    stamp+=" -X k8s.io/kubernetes/vendor/$package.$variable"
  done
done
mkdir -p "$work/out/bin"
run "compiling ${binaries[*]}" \
  go build -o "$work/out/bin/" -ldflags "-s -w$stamp" "${binaries[@]/#/k8s.io/kubernetes/cmd/}"
cp "$work/root/usr/bin/etcd" "$work/out/bin/"
touch "$work/out/recipe-$recipe"

rm -rf "$home"
mv "$work/out" "$home"
say "done in $((SECONDS - started)) s: $bin"
echo "$bin"
