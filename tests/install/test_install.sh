#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs into a prefix of its own, then builds and runs a program on what was installed: with
# find_package (shared, static) and with pkg-config (shared, static).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cc=${CC:-cc}

cmake --install "$MINIPAY_BUILD_DIR" --prefix "$prefix" >"$work/install.log"
library=$(dirname "$(find "$prefix" -name libminipay.a)")
export PKG_CONFIG_PATH=$library/pkgconfig

cmake -S "$here" -B "$work/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log"
cmake --build "$work/build" >"$work/build.log" || { cat "$work/build.log"; exit 1; }

read -ra flags <<<"$(pkg-config --cflags --libs minipay)"
"$cc" -std=c11 "$here/consumer.c" "${flags[@]}" -Wl,-rpath,"$library" -o "$work/pc_shared"
# Our archive, with the shared forms of what it needs (--static would ask for archives of those too).
read -ra needs <<<"$(pkg-config --print-requires-private minipay | cut -d' ' -f1 | xargs pkg-config --libs)"
"$cc" -std=c11 "$here/consumer.c" "${flags[@]/#-lminipay/-l:libminipay.a}" "${needs[@]}" -pthread -o "$work/pc_static"

version=$(pkg-config --modversion minipay)
for program in build/with_shared build/with_static pc_shared pc_static; do
    said=$("$work/$program")
    [ "$said" = "$version" ] || { echo "$program says '$said', not '$version'"; exit 1; }
    echo "$program: $said"
done
soname=$(readelf -d "$library/libminipay.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ "$soname" = libminipay.so.0 ] || { echo "the soname is '$soname'"; exit 1; }

# The installed command finds its example by itself.
example=$(find "$prefix" -name paysim-day.csv)
said=$("$prefix/bin/minipay" demo --db "$work/demo.db" 2>&1 >/dev/null) || { echo "the installed demo: $said"; exit 1; }
[ -n "$example" ] || { echo "paysim-day.csv is not installed"; exit 1; }
