# SPDX-License-Identifier: Apache-2.0
# For scripts/demo, scripts/test and scripts/lint: installs what is missing, builds a preset.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs

# package=how to tell that it is there: a command, or a header
for_library=(gcc=gcc libc6-dev=stdio.h cmake=cmake ninja-build=ninja pkg-config=pkg-config
    libsqlite3-dev=sqlite3.h libsodium-dev=sodium.h)
for_tools=(libjansson-dev=jansson.h liblzma-dev=lzma.h libcsv-dev=csv.h)
for_tests=("g++=g++" libcmocka-dev=cmocka.h python3=python3 python3-dev=Python.h swig=swig clang=clang
    clang-format-14=clang-format-14 libclang-rt-14-dev=libfuzzer)
for_lint=(clang-tidy-14=clang-tidy-14)

say() { printf '%s\n' "$@" >&2; }
die() { say "$@"; exit 1; }

mkdir -p "$logs" 2>/dev/null && [ -w "$logs" ] && [ -w "$root/build" ] ||
    die "$root/build cannot be written by $(id -un): run this as its owner, or from a copy of your own."

is_there() {
    case $1 in
    Python.h) [ -e "$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)/$1" ] ;;
    libfuzzer)
        echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9; }' |
            clang -fsanitize=fuzzer,address -x c - -o /dev/null >/dev/null 2>&1 ;;
    *.h) printf '#include <%s>\n' "$1" | gcc -E -x c - >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

missing_packages() {
    local need
    for need in "$@"; do
        is_there "${need#*=}" || printf '%s ' "${need%%=*}"
    done
}

# apt_failed LOG ADVICE: ends; without a network apt says little else in many lines.
apt_failed() {
    if grep -Eq "Temporary failure resolving|Could not (resolve|connect)|Unable to connect|Network is unreachable" "$1"; then
        say "The servers of Debian's packages cannot be reached: there is no network here, or it needs a proxy."
        grep -Em 1 "Temporary failure|Could not|Unable to connect|unreachable" "$1" >&2
    else
        tail -n 20 "$1" >&2
    fi
    die "apt-get failed; all it said is in $1. By hand: $2"
}

# install_missing PACKAGE=SIGN...: returns when all are there, or says what is not and ends.
install_missing() {
    local missing log=$logs/apt.log
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    local advice="apt-get update && apt-get install --no-install-recommends $missing"
    command -v apt-get >/dev/null ||
        die "Missing, by the names of Debian's packages: $missing" \
            "There is no apt-get here. Install them in your system's way, then run this again."
    [ "$(id -u)" = 0 ] ||
        die "Missing: $missing" "Only root can install them. As root: $advice"
    say "Installing with apt-get: $missing..."
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # a list of names
    { apt-get -q -o Acquire::Retries=3 update &&
        apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends $missing; } >"$log" 2>&1 </dev/null ||
        apt_failed "$log" "$advice"
    missing=$(missing_packages "$@")
    [ -z "$missing" ] || die "Installed, but still not usable: $missing" "What apt-get said is in $log."
}

# build PRESET [TARGET]: quiet; on failure shows the log from the first error on.
build() {
    local preset=$1 log=$logs/$1-build.log
    export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
    # A build folder that came with a copied checkout belongs to another place.
    grep -qs "^CMAKE_HOME_DIRECTORY:INTERNAL=$root\$" "$root/build/$preset/CMakeCache.txt" ||
        rm -rf "$root/build/$preset"
    (
        cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" ${2:+--target "$2"}
    ) >"$log" 2>&1 ||
        {
            awk '/FAILED:|rror:|CMake Error/ {on = 1} on && lines++ < 60' "$log" >&2
            say "The build '$preset' failed; the whole log is $log."
            return 1
        }
}

# lint: builds dev; clang-tidy 14 over the library and the tools (.clang-tidy). What it finds goes to stdout. Fails
# when it finds anything, and when it complains (of a .clang-tidy that it cannot read, it does no more than that).
lint() {
    local log=$logs/lint.log code=0
    build dev || return 1
    (cd "$root" && find src tools -name '*.c' -print0 |
        xargs -0 -n 4 -P "$(nproc)" clang-tidy-14 -p build/dev --quiet) 2>"$log" || code=1
    ! grep -i error "$log" >&2 || code=1
    return "$code"
}
