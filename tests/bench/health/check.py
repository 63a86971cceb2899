# A straightforward check in Python 3: what a team would write first. No lock, no journal.
import json
import sys
import urllib.request
from datetime import datetime, timezone

catalogue_path, active_path, now_text = sys.argv[1:4]
gateway = sys.argv[4] if len(sys.argv) > 4 else None
now = datetime.fromisoformat(now_text.replace("Z", "+00:00"))

with open(catalogue_path, encoding="utf-8") as file:
    expected = set(json.load(file))
with open(active_path, encoding="utf-8") as file:
    rows = [json.loads(line) for line in file] if active_path.endswith(".ndjson") else json.load(file)

active = {row["symbol"]: row for row in rows if row.get("active") is not False}
missing = sorted(expected - active.keys())
unexpected = sorted(active.keys() - expected)
stalled = {"warning": [], "critical": []}
for symbol, row in active.items():
    tick = row.get("last_tick_at")
    if tick is None:
        stalled["critical"].append(symbol)
        continue
    parsed = datetime.fromisoformat(tick.replace("Z", "+00:00"))
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=timezone.utc)
    lag = (now - parsed).total_seconds()
    if lag >= 300:
        stalled["critical"].append(symbol)
    elif lag >= 120:
        stalled["warning"].append(symbol)

coverage = len(expected & active.keys()) / len(expected)
report = {"coverage_ratio": round(coverage, 6), "missing": missing, "unexpected": unexpected, "stalled": stalled}
print(json.dumps(report))
if gateway is not None:
    body = (
        f"md_subscription_coverage_ratio {coverage}\n"
        f"md_subscription_missing_total {len(missing)}\n"
        f'md_subscription_stalled_total{{severity="critical"}} {len(stalled["critical"])}\n'
        f'md_subscription_stalled_total{{severity="warning"}} {len(stalled["warning"])}\n'
    )
    request = urllib.request.Request(f"{gateway}/metrics/job/python", data=body.encode(), method="PUT")
    urllib.request.urlopen(request, timeout=5).read()
sys.exit(2 if missing or stalled["critical"] else 1 if stalled["warning"] or unexpected else 0)
