#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is every C file as clang-format 14 writes it? With --fix: makes it so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v clang-format-14 >/dev/null; then
    echo "skipped: clang-format-14 is not installed (apt-get install clang-format-14)"
    exit 77
fi
mapfile -d '' -t files < <(find include src tools tests examples bench fuzz -name '*.[ch]' -print0 2>/dev/null)
if [ "${1:-}" = --fix ]; then
    exec clang-format-14 -i "${files[@]}"
fi
bad=0
for file in "${files[@]}"; do
    if ! difference=$(clang-format-14 "$file" | diff -u --label "$file" --label "$file, formatted" "$file" -); then
        head -n 20 <<<"$difference"
        bad=$((bad + 1))
    fi
done
[ "$bad" = 0 ] || { echo "$bad files differ; tests/tidy/format.sh --fix formats them"; exit 1; }
