// Grafana-managed alerts mean what the Prometheus rules beside them mean.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../lib/base/yaml.ts';
import { parsePromDuration } from '../../../lib/domain/rules/prom-duration.ts';
import { readRuleFile } from '../../../lib/domain/rules/read-rules.ts';
import type { Rule } from '../../../lib/domain/rules/rule.ts';

interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly keepFiringFor?: string;
  readonly noDataState: string;
  readonly data: readonly { readonly refId: string; readonly model: Readonly<Record<string, unknown>> }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface GrafanaGroup {
  readonly name: string;
  readonly folder: string;
  readonly interval: string;
  readonly rules: readonly GrafanaRule[];
}

const platforms = readdirSync('config/platforms').filter((name) =>
  existsSync(`config/platforms/${name}/catalogue.yml`),
);

async function readPrometheus(platform: string): Promise<Rule[]> {
  const folder = `config/platforms/${platform}/rules`;
  const files = readdirSync(folder).map((name) => `${folder}/${name}`);
  const read = await Promise.all(files.map((file) => readRuleFile(file, readFileSync(file, 'utf8'))));
  return read.flatMap(({ rules }) => rules).filter(({ kind }) => kind === 'alert');
}

async function readGrafana(platform: string): Promise<GrafanaGroup[]> {
  const file = `config/platforms/${platform}/grafana/provisioning/alerting/rules.yml`;
  const text = readFileSync(file, 'utf8');
  // What Grafana would take for an environment variable is escaped, and read back as one dollar.
  expect(text.replaceAll('$$', '')).not.toContain('$');
  const { value, problems } = await parseYaml(text.replaceAll('$$', () => '$'));
  expect(problems).toEqual([]);
  return (value as { groups: GrafanaGroup[] }).groups;
}

describe.each(platforms)('%s:', (platform) => {
  test('expressions, durations, labels and words are those of the Prometheus rules', async () => {
    const meaning = (rule: Rule): unknown => ({
      name: rule.name,
      expr: rule.expr,
      forMs: parsePromDuration(rule.for ?? '0s'),
      keepMs: parsePromDuration(rule.keepFiringFor ?? '0s'),
      labels: { ...rule.labels },
      annotations: { ...rule.annotations },
    });
    const asPrometheus = (rule: GrafanaRule): unknown => ({
      name: rule.title,
      expr: rule.data[0]!.model['expr'],
      forMs: parsePromDuration(rule.for),
      keepMs: parsePromDuration(rule.keepFiringFor ?? '0s'),
      labels: { ...rule.labels },
      annotations: Object.fromEntries(
        Object.entries(rule.annotations).map(([name, text]) => [
          name,
          text.replaceAll('$values.query.Value', '$value'),
        ]),
      ),
    });
    const wanted = (await readPrometheus(platform)).map(meaning);
    const found = (await readGrafana(platform)).flatMap(({ rules }) => rules).map(asPrometheus);
    const order = (list: unknown[]): unknown[] => list.map((one) => JSON.stringify(one)).sort();
    expect(order(found)).toEqual(order(wanted));
    expect(wanted.length).toBeGreaterThan(0);
  });

  test('a rule fires for every series its query answers, zero included', async () => {
    for (const rule of (await readGrafana(platform)).flatMap(({ rules }) => rules)) {
      const [query, answered, threshold] = rule.data;
      expect([query!.refId, answered!.refId, threshold!.refId, rule.condition]).toEqual([
        'query',
        'answered',
        'threshold',
        'threshold',
      ]);
      expect(answered!.model['expression']).toBe('is_number($query) || is_nan($query) || is_inf($query)');
      expect(threshold!.model['conditions']).toEqual([{ evaluator: { type: 'gt', params: [0] } }]);
      expect(rule.noDataState).toBe('OK');
    }
  });

  test('what Grafana refuses is not there: long or double uids, double titles in a folder, odd intervals', async () => {
    const groups = await readGrafana(platform);
    const uids = groups.flatMap(({ rules }) => rules.map(({ uid }) => uid));
    expect(uids.filter((uid) => !/^[a-z0-9-]{1,40}$/.test(uid))).toEqual([]);
    expect(new Set(uids).size).toBe(uids.length);
    const titles = groups.flatMap(({ folder, rules }) => rules.map(({ title }) => `${folder}/${title}`));
    expect(new Set(titles).size).toBe(titles.length);
    for (const { interval } of groups) expect(parsePromDuration(interval)! % 10_000).toBe(0);
  });
});
