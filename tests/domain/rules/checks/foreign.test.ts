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
  'sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{image!=""}[5m])) * on (cluster, namespace, pod) group_left (node) topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) (kube_pod_info{node!=""})) > 1',
  '(kube_deployment_spec_replicas > kube_deployment_status_replicas_available) and (changes(kube_deployment_status_replicas_updated[10m]) == 0)',
  '100 * (count by (job, namespace) (up == 0) / count by (job, namespace) (up)) > 10',
  'sum by (cluster) (apiserver_request:burnrate1h) > (14.40 * 0.01000) and on (cluster) sum by (cluster) (apiserver_request:burnrate5m) > (14.40 * 0.01000)',
  'histogram_quantile(0.01, sum without (service, endpoint) (rate(kubelet_certificate_expiration_seconds_bucket[5m]))) < 604800',
  'ALERTS{severity="info"} == 1 unless on (namespace) ALERTS{alertname!="InfoInhibitor", alertstate="firing"} == 1',
  'increase(prometheus_rule_evaluation_failures_total[5m]) > 0',
  '(node_timex_offset_seconds > 0.05 and deriv(node_timex_offset_seconds[5m]) >= 0) or (node_timex_offset_seconds < -0.05 and deriv(node_timex_offset_seconds[5m]) <= 0)',
  'predict_linear(node_filesystem_avail_bytes{fstype!="tmpfs"}[1h], 24 * 3600) < 0 and ON (instance, device, mountpoint) node_filesystem_readonly == 0',
  'node_md_disks_required - ignoring (state) (node_md_disks{state="active"}) > 0',
  'rate(node_network_receive_bytes_total[2m]) / (node_network_speed_bytes > 0) > .80',
  'max(max_over_time(job:rpc:rate5m[1h:1m])) > 3',
  'sum(rate(rpc_duration_seconds_count{code=~"5.."}[5m])) > 10 and on () hour() > 8',
  'time() - node_boot_time_seconds < 600',
  'max by (pod) (rpc_latency_ms_p99) > 500',
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
