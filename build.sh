#!/bin/sh
# ./build.sh test     installs what tests need, builds, checks the format, runs every test
# ./build.sh run      builds and runs a node; arguments go to it
# ./build.sh cluster  builds and runs three sfu nodes and a gateway on this machine, until Ctrl+C
# ./build.sh format   puts the sources into their format
set -eu
cd "$(dirname "$0")"
configuration=${CONFIGURATION:-Debug}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

need() {
  command -v "$1" >/dev/null 2>&1 || { echo "build.sh: $1 is needed: $2" >&2; exit 1; }
}

# Debian's Chromium for the browser tests, where anything else that SFU_CHROMIUM names will do, its ffmpeg as a source of plain RTP, and openssl as a
# client of DTLS.
install_programs() {
  wanted=
  if [ -z "${SFU_CHROMIUM:-}" ] && ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
    wanted="chromium fonts-dejavu-core"
  fi
  command -v ffmpeg >/dev/null 2>&1 || wanted="$wanted ffmpeg"
  command -v openssl >/dev/null 2>&1 || wanted="$wanted openssl"
  if [ -z "$wanted" ]; then
    return
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "build.sh: no apt-get to install $wanted; tests with them will be skipped, or fail under CI=true" >&2
    return
  fi
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  echo "Installing $wanted …"
  $as_root apt-get update -q || echo "build.sh: apt-get update failed; trying to install with what is known" >&2
  # One word for each package.
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $wanted
}

# npm packages of the clients that run in Node.
install_node_clients() {
  folder=Sfu.Tests/EndToEnd/node
  if [ ! -e "$folder/node_modules/.installed" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.installed" ]; then
    echo "Installing the npm packages of the end-to-end tests …"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.installed)
  fi
}

build() {
  dotnet build Sfu.sln --configuration "$configuration" --nologo -clp:NoSummary -v quiet "$@"
}

# The failed tests of a result file, each with what it printed, what it says and where: what is worth reading must not be far from the end.
name_failures() {
  echo
  awk '
    /<UnitTestResult / { failed = /outcome="Failed"/; if (failed) { match($0, /testName="[^"]*"/); print "Failed: " substr($0, RSTART + 10, RLENGTH - 11) } }
    failed && /<StdOut>/ { lines = 30 }
    failed && /<(Message|StackTrace)>/ { lines = 12 }
    failed && lines > 0 { line = $0; gsub(/<\/?(StdOut|Message|StackTrace)>/, "", line); print "  " substr(line, 1, 300); lines-- }
    /<\/(StdOut|Message|StackTrace)>/ { lines = 0 }' "$1"
}

run_tests() {
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
  status=0
  dotnet test Sfu.Tests --configuration "$configuration" --no-build --nologo --results-directory "$results" \
    --logger "trx;LogFileName=tests.trx" --logger "console;verbosity=normal" "$@" || status=$?
  if [ ! -s "$results/tests.trx" ]; then
    echo "build.sh: the test run left no result" >&2
    exit 1
  fi
  counters=$(grep -o '<Counters [^>]*>' "$results/tests.trx" | head -n 1)
  count() {
    printf '%s' "$counters" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"
  }
  total=$(count total)
  passed=$(count passed)
  executed=$(count executed)
  failed=$((executed - passed))
  skipped=$((total - executed))
  # A run that was cut short has failed, whatever its tests say.
  [ "$failed" -eq 0 ] || status=1
  [ "$passed" -gt 0 ] || status=1
  [ "$failed" -eq 0 ] || name_failures "$results/tests.trx"
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$status"
}

# A node of run_cluster: its name, then its options. What it says goes to a file.
start_node() {
  name=$1
  shift
  dotnet exec "Sfu.Host/bin/$configuration/net10.0/Sfu.Host.dll" "$@" --seed-nodes "$seeds" >"$logs/$name" 2>&1 &
  pids="$pids $!"
  pid=$!
  until grep -q -E '^The (page is|node answers) at' "$logs/$name"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      echo "build.sh: the node $name did not start:" >&2
      cat "$logs/$name" >&2
      exit 1
    fi
    sleep 0.2
  done
}

all_alive() {
  for pid in $pids; do kill -0 "$pid" 2>/dev/null || return 1; done
}

stop_cluster() {
  trap - EXIT INT TERM
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$logs"
}

# Ports from HTTP_PORT (gateway first), RTC_PORT and CLUSTER_PORT upwards.
run_cluster() {
  http=${HTTP_PORT:-8080}
  rtc=${RTC_PORT:-44444}
  cluster=${CLUSTER_PORT:-4053}
  seeds=127.0.0.1:$((cluster + 1)),127.0.0.1:$((cluster + 2))
  pids=
  build
  logs=$(mktemp -d)
  trap stop_cluster EXIT
  trap 'stop_cluster; exit 130' INT
  trap 'stop_cluster; exit 143' TERM
  for number in 1 2 3; do
    start_node "sfu-$number" --roles sfu --http "localhost:$((http + number))" \
      --rtc-ip 127.0.0.1 --rtc-port "$((rtc + number - 1))" --cluster-address "127.0.0.1:$((cluster + number))"
  done
  start_node gateway --roles gateway --http "localhost:$http" --cluster-address "127.0.0.1:$cluster"
  echo "Page:     http://localhost:$http"
  echo "Cluster:  http://localhost:$http/cluster"
  for number in 1 2 3; do
    echo "Node $number:   http://localhost:$((http + number))/debug/dump"
  done
  echo "Logs:     $logs"
  echo "Ctrl+C ends all of them."
  while all_alive; do
    sleep 1 &
    wait $! || true
  done
  echo "build.sh: a node ended; its last words:" >&2
  tail -n 3 "$logs"/* >&2
  exit 1
}

need dotnet "install the .NET 10 SDK"
case ${1:-} in
  test)
    shift
    need node "install Node.js 20"
    need npm "install Node.js 20 with npm"
    install_programs
    install_node_clients
    echo "Building …"
    build
    echo "Checking the format …"
    dotnet format Sfu.sln --no-restore --verify-no-changes --verbosity quiet
    run_tests "$@"
    ;;
  run)
    shift
    exec dotnet run --project Sfu.Host --configuration "$configuration" -- "$@"
    ;;
  cluster)
    run_cluster
    ;;
  format)
    dotnet format Sfu.sln
    ;;
  *)
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
    ;;
esac
