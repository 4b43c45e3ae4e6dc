#!/bin/sh
# Builds mediasoup's worker for the benchmark, as a release like upstream's own build, from the npm package that package.json names and
# Debian's libraries. It downloads that package and the sources of Debian's libsrtp2, both into this folder, and installs nothing else:
# what is missing it names.
#
#   Sfu.Tests/Bench/mediasoup/build.sh     the result is .build/mediasoup-worker, where the benchmark looks for it
set -eu
cd "$(dirname "$0")"
packages="build-essential cmake ninja-build libssl-dev libuv1-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler"

missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "build.sh: needed: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
for program in node npm; do
  command -v "$program" >/dev/null 2>&1 || { echo "build.sh: $program is needed" >&2; exit 1; }
done

mkdir -p .build
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
  echo "Fetching mediasoup by npm …"
  # Its own script would fetch a worker that is built already, or Meson.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
fi

# Sources come from where the machine's packages do, without a change to its lists.
if [ ! -e .build/libsrtp ]; then
  echo "Fetching the sources of libsrtp2 …"
  apt=$PWD/.build/apt
  rm -rf "$apt" && mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -e "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$apt/parts/$(basename "$list" .list).list"
  done
  for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -e "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/$(basename "$list")"
  done
  sources() {
    apt-get -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists" \
      -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root "$@"
  }
  (sources update && cd "$apt" && sources source libsrtp2)
  mv "$apt"/libsrtp2-*/ .build/libsrtp
fi

echo "Building the worker: on two cores some ten minutes …"
cmake -G Ninja -S . -B .build/cmake -DWORKER="$PWD/node_modules/mediasoup/worker" -DLIBSRTP="$PWD/.build/libsrtp" >.build/cmake.log
nice -n 10 ninja -C .build/cmake -j "$(nproc)" mediasoup-worker
cp .build/cmake/mediasoup-worker .build/mediasoup-worker
echo "$PWD/.build/mediasoup-worker"
