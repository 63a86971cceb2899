// Rules as other teams write them: what is sound there is not found here.

import { expect, test } from 'vitest';
import { checkRules } from '../../../../lib/domain/rules/check-rules.ts';
import { loadPromql } from '../../../../lib/domain/rules/promql.ts';
import { readRuleFile } from '../../../../lib/domain/rules/read-rules.ts';

const parse = await loadPromql();

async function check(text: string): Promise<string[]> {
  const { rules, problems } = await readRuleFile('rules.yml', text);
  const findings = checkRules(rules, { catalogues: [], jobs: null, routing: null, headings: null }, parse);
  return [...problems, ...findings].map(({ check: name, rule, message }) => `${name} ${rule}: ${message}`);
}

/** Expressions in the manner of mixins and collections. */
const SOUND = [
  'sum by (site, rack) (rate(switch_cpu_seconds_total{slot!=""}[5m])) * on (site, rack) group_left (room) topk by (site, rack) (1, max by (site, rack, room) (rack_info{room!=""})) > 1',
  '(fleet_wanted > fleet_ready) and (changes(fleet_renewed[10m]) == 0)',
  '100 * (count by (job, site) (up == 0) / count by (job, site) (up)) > 10',
  'sum by (site) (orders:burnrate1h) > (14.40 * 0.01000) and on (site) sum by (site) (orders:burnrate5m) > (14.40 * 0.01000)',
  'histogram_quantile(0.01, sum without (port) (rate(certificate_expiration_seconds_bucket[5m]))) < 604800',
  'ALERTS{severity="info"} == 1 unless on (site) ALERTS{alertname!="Quiet", alertstate="firing"} == 1',
  'increase(evaluation_failures_total[5m]) > 0',
  '(clock_offset_seconds > 0.05 and deriv(clock_offset_seconds[5m]) >= 0) or (clock_offset_seconds < -0.05 and deriv(clock_offset_seconds[5m]) <= 0)',
  'predict_linear(disk_free_bytes{kind!="tmpfs"}[1h], 24 * 3600) < 0 and ON (instance, device) disk_is_readonly == 0',
  'raid_disks_wanted - ignoring (state) (raid_disks{state="active"}) > 0',
  'rate(wire_receive_bytes_total[2m]) / (wire_speed_bytes > 0) > .80',
  'max(max_over_time(job:rpc:rate5m[1h:1m])) > 3',
  'sum(rate(rpc_duration_seconds_count{code=~"5.."}[5m])) > 10 and on () hour() > 8',
  'time() - machine_boot_time_seconds < 600',
  'max by (pod) (rpc_latency_ms_p99) > 500',
  'histogram_quantile(0.9, sum by (job) (rate(rpc_native_duration_seconds[5m]))) > 1',
  '(count(up{job="x"} == 1) or vector(0)) == 0',
  'count by (job) (count_values by (job) ("hash", config_hash)) != 1',
  'max_over_time(cluster_members[5m]) < on (job) group_left () count by (job) (max_over_time(cluster_members[5m]))',
  'quota{type="used"} / ignoring (type) (quota{type="hard"} > 0) > 0.9 < 1',
  'sum(rate(rpc_slow_total[5m])) / (sum(rate(rpc_slow_total[1h])) > 0) > 3',
];

test.each(SOUND)('%s', async (expr) => {
  const rule = {
    alert: 'Foreign',
    expr,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: { summary: 's', description: '{{ $value }}', command: 'c', runbook_url: 'https://example.org/x' },
  };
  expect(await check(JSON.stringify({ groups: [{ name: 'g', rules: [rule] }] }))).toEqual([]);
});

test('without a catalogue nothing is known to be missing', async () => {
  expect(
    await check('{"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": "sum(nobodys_metric)"}]}]}'),
  ).toEqual([]);
});

test('a file from Windows keeps its reasons, a bundle for a cluster its other resources, an empty group its peace', async () => {
  const windows = [
    'groups:',
    '- name: g',
    '  rules:',
    '  - alert: A',
    '    expr: up == 0',
    '    for: 0m # a fact',
    '    labels: { severity: warning }',
    '    annotations: { summary: s, description: "{{ $value }}", command: c, runbook_url: "https://example.org" }',
    '',
  ].join('\r\n');
  expect(await check(windows)).toEqual([]);
  const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: x }\n';
  expect(
    await check(`${service}---\napiVersion: v1\nkind: List\nitems:\n- ${service.trim().replaceAll('\n', '\n  ')}\n`),
  ).toEqual([]);
  expect(await check('groups:\n')).toEqual([]);
  expect(await check('groups:\n- name: g\n  rules:\n')).toEqual([]);
});

test('a file that is too long says how long it may be', async () => {
  expect(await check(`# ${'x'.repeat(1_048_577)}`)).toEqual(['yaml : is 1048579 characters long: at most 1048576']);
});
