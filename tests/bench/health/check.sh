#!/bin/bash
# The same job in bash, jq and curl: lock, two durable journal lines, check, push.
set -u
catalogue=$1 active=$2 now=$3 gateway=$4 state=$5
mkdir -p "$state"
exec 9>"$state/lock"
flock -n 9 || exit 75
note() { echo "$1" | dd of="$state/journal" oflag=append conv=notrunc,fsync status=none; }
note '{"kind":"run_started"}'
report=$(jq -nc --slurpfile catalogue "$catalogue" --slurpfile active "$active" --arg now "$now" '
  ($now | fromdateiso8601) as $now
  | ($catalogue[0] | map({key: ., value: true}) | from_entries) as $expected
  | ([$active[0][] | select(.active != false)] | map({key: .symbol, value: .}) | from_entries) as $seen
  | [$seen[] | {symbol, lag: (if .last_tick_at == null then 1e9 else $now - (.last_tick_at | fromdateiso8601) end)}] as $lags
  | {
      missing: [$expected | keys[] | select($seen[.] == null)],
      unexpected: [$seen | keys[] | select($expected[.] == null)],
      critical: [$lags[] | select(.lag >= 300) | .symbol],
      warning: [$lags[] | select(.lag >= 120 and .lag < 300) | .symbol]
    }
  | .coverage_ratio = 1 - (.missing | length) / ($expected | length)')
echo "$report"
jq -r '"md_subscription_coverage_ratio \(.coverage_ratio)",
  "md_subscription_missing_total \(.missing | length)",
  "md_subscription_stalled_total{severity=\"critical\"} \(.critical | length)",
  "md_subscription_stalled_total{severity=\"warning\"} \(.warning | length)"' <<<"$report" |
  curl -sf -m 5 -X PUT --data-binary @- "$gateway/metrics/job/bash" >/dev/null
note '{"kind":"run_finished"}'
