// Annotations are rendered as Prometheus renders them; promtool holds every generated test to that.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderAnnotation } from '../../../lib/domain/platform/annotation.ts';

const FILTERS = ['', '| humanize', '| humanize1024', '| humanizePercentage', '| humanizeDuration', '| printf "%.2f"'];
const FORMATS = ['printf "%.3g"', 'printf "%.0f ms"', 'printf "%v"', 'humanize'];
const VALUES = [
  0, 1, -1, 0.05, 0.051, 1e-5, 12.5, 999.94, 1_000, 1_234_567, 86_461, 3_600.5, 59.99, 1e15, 123_456_789.125,
];

const TEMPLATES = [
  ...FILTERS.map((filter) => `{{ $value ${filter} }}`),
  ...FORMATS.map((format) => `{{ ${format} $value }}`),
  '{{ $labels.name }} {{$labels.name | toUpper}} {{ $labels.name | title }}',
];

test('every function on every value gives what promtool gets', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mdops-templates-'));
  const annotations = Object.fromEntries(TEMPLATES.map((template, index) => [`a${index}`, template]));
  const rules = VALUES.map((_value, index) => ({ alert: `A${index}`, expr: `m${index} == m${index}`, annotations }));
  const tests = VALUES.map((value, index) => ({
    interval: '1m',
    input_series: [{ series: `m${index}{name="abc def"}`, values: `${value}` }],
    alert_rule_test: [
      {
        alertname: `A${index}`,
        eval_time: '0s',
        exp_alerts: [{ exp_labels: { name: 'abc def' }, exp_annotations: render(annotations, value) }],
      },
    ],
  }));
  writeFileSync(join(directory, 'r.yml'), JSON.stringify({ groups: [{ name: 'g', rules }] }));
  writeFileSync(join(directory, 't.yml'), JSON.stringify({ rule_files: ['r.yml'], evaluation_interval: '1m', tests }));
  // Its exit code and message say which of them differ.
  execFileSync('promtool', ['test', 'rules', 't.yml'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
  rmSync(directory, { recursive: true });
});

function render(texts: Record<string, string>, value: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, template]) => {
      const rendered = renderAnnotation(template, { labels: { name: 'abc def' }, value });
      expect(rendered.ok, template).toBe(true);
      return [name, rendered.ok ? rendered.text : ''];
    }),
  );
}

test.each([
  ['{{ $labels.gone }}', 'shows {{ $labels.gone }}, which the alert does not carry'],
  ['{{ $value | squeeze }}', '{{ $value | squeeze }}: "squeeze" is no function known here'],
  ['{{ . }}', '{{ . }} is neither $value nor a label'],
])('%s is refused', (template, problem) => {
  expect(renderAnnotation(template, { labels: {}, value: 1 })).toEqual({ ok: false, problem });
});

test('a value that no case gives is asked for', () => {
  expect(renderAnnotation('{{ $value }}', { labels: {}, value: null })).toMatchObject({ ok: false });
});
