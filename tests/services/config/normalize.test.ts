// Normalizing: any input gives an answer, every default obeys its own rule, nothing poisons a prototype.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../lib/base/yaml.ts';
import { renderCommentedFile } from '../../../lib/services/config/commented-file.ts';
import { ROOT } from '../../../lib/services/config/config.ts';
import { formatDiagnostic } from '../../../lib/services/config/diagnostics.ts';
import { listKeys } from '../../../lib/services/config/keys.ts';
import { normalizeConfig } from '../../../lib/services/config/normalize.ts';
import { readValue } from '../../../lib/services/config/read-value.ts';
import type { Field, SchemaNode, Shape } from '../../../lib/services/config/schema.ts';
import type { RawConfig } from '../../../lib/services/config/walk.ts';

function raw(value: unknown, rest: Partial<RawConfig> = {}): RawConfig {
  const file = { name: 'f.yaml', directory: '/c', value, lines: new Map(), isWorldReadable: false };
  return { files: [file], env: {}, flags: {}, workingDirectory: '/w', secrets: new Map(), ...rest };
}

function fieldsOf(node: SchemaNode, name = ''): [string, Field<unknown>][] {
  const ofShape = (shape: Shape) => Object.entries(shape).flatMap(([key, inner]) => fieldsOf(inner, key));
  switch (node.node) {
    case 'field':
      return [[name, node]];
    case 'group':
      return ofShape(node.shape);
    case 'table':
      return fieldsOf(node.entry, name);
    case 'variants':
      return [...ofShape(node.shared), ...Object.values(node.forms).flatMap(ofShape)];
  }
}

const FIELDS = fieldsOf(ROOT);
const KEYS = listKeys();

describe('the schema', () => {
  it('gives every default as its own rule wants it', () => {
    const wrong = FIELDS.filter(([, field]) => {
      return field.default !== undefined && !readValue(field.default, field, { directory: '/', typed: false }).ok;
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('names durations …Ms and sizes …Bytes, and nothing else', () => {
    const wrong = FIELDS.filter(([name, { kind }]) => {
      return (kind === 'duration') !== name.endsWith('Ms') || (kind === 'bytes') !== name.endsWith('Bytes');
    });
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('gives each environment variable and credential to one key', () => {
    const names = KEYS.flatMap((row) => row.env);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('knows every variable of the contract that is configuration', () => {
    const known = KEYS.flatMap((row) => row.env);
    for (const name of [
      'PUSHGATEWAY_URL',
      'PROMETHEUS_URL',
      'ALERTMANAGER_URL',
      'GRAFANA_URL',
      'GRAFANA_TOKEN',
      'SLACK_WEBHOOK_URL',
      'PAGERDUTY_ROUTING_KEY',
      'TELEGRAM_BOT_TOKEN',
      'NATS_URL',
      'NATS_USER',
      'NATS_PASSWORD',
      'ACTIVE_FEED',
      'SESSION_WINDOW',
      'ENABLE_OBSERVABILITY',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_RESOURCE_ATTRIBUTES',
      'MDOPS_STATE_DIR',
    ]) {
      expect(known).toContain(name);
    }
  });

  it('is what config/mdops.yaml shows (print it with `mdops config show --defaults`)', async () => {
    const shipped = readFileSync(resolve(import.meta.dirname, '../../../config/mdops.yaml'), 'utf8');
    expect(shipped).toBe(renderCommentedFile());
    const parsed = await parseYaml(shipped.replace(/^( *)#(?=[a-z_]+:)/gm, '$1'));
    expect(parsed.problems).toEqual([]);
    const unset = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value).flatMap(([key, inner]) => (inner === '' ? [] : [[key, unset(inner)]])),
          )
        : value;
    expect(normalizeConfig(raw(unset(parsed.value))).diagnostics.map(formatDiagnostic)).toEqual([]);
  });
});

describe('normalizing', () => {
  const junk = fc.oneof(
    fc.anything({ withNullPrototype: true, maxDepth: 3 }),
    fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, '5', '', null, '__proto__', '30s', [], {}),
  );

  it('never throws and never accepts what it does not know, whatever a file holds', () => {
    const keys = fc.constantFrom(...KEYS.map((row) => row.path), '__proto__', 'constructor.prototype', 'x');
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, junk), { maxLength: 8 }), (entries) => {
        const value: Record<string, unknown> = Object.create(null);
        for (const [path, inner] of entries) plant(value, path.replaceAll('*', 'name').split('.'), inner);
        for (const found of normalizeConfig(raw(value)).diagnostics) {
          expect(formatDiagnostic(found)).toMatch(/^\S.*; (?:wanted|did you mean) /s);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws whatever the environment and the flags hold', () => {
    const env = fc.dictionary(fc.constantFrom(...KEYS.flatMap((row) => row.env)), fc.string({ unit: 'binary' }));
    const flags = fc.dictionary(fc.constantFrom(...KEYS.flatMap((row) => (row.flag ? [row.flag] : []))), junk);
    fc.assert(
      fc.property(env, flags, (someEnv, someFlags) => {
        const { config } = normalizeConfig(raw({}, { env: someEnv, flags: someFlags }));
        expect(Number.isFinite(config.health.lagCriticalMs)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('reads typed texts: numbers, switches, lists, attributes', () => {
    const { config, diagnostics } = normalizeConfig(
      raw(
        {},
        {
          env: {
            ENABLE_OBSERVABILITY: 'false',
            ALERTMANAGER_URL: 'http://a:9093/, http://b:9093',
            OTEL_RESOURCE_ATTRIBUTES: 'service.name=mdops,env=live,team=md%2Cops%20%E2%88%9E,odd=100%',
          },
          flags: { coverageThreshold: '0.9', 'lag-warning': '90', lagCritical: '10m', skipMetrics: true },
        },
      ),
    );
    expect(diagnostics).toEqual([]);
    expect(config.telemetry.enabled).toBe(false);
    expect(config.remotes.alertmanager.urls).toEqual(['http://a:9093', 'http://b:9093']);
    expect([...config.telemetry.resourceAttributes]).toEqual([
      ['service.name', 'mdops'],
      ['env', 'live'],
      // Percent-encoded, as OpenTelemetry has them; what is not stands for itself.
      ['team', 'md,ops ∞'],
      ['odd', '100%'],
    ]);
    expect(config.health).toMatchObject({ coverageThreshold: 0.9, lagWarningMs: 90_000, lagCriticalMs: 600_000 });
    expect(config.run.skipMetrics).toBe(true);
  });

  it.each([
    ['http://127.0.0.1:9091/', 'http://127.0.0.1:9091'],
    ['https://host.example/a/b?c=d', 'https://host.example/a/b?c=d'],
    ['http://[::1]:9091', 'http://[::1]:9091'],
    ['http://host:70000', undefined],
    ['http://host:9091/ x', undefined],
    ['http://u:p@host', undefined],
    ['http://', undefined],
    ['HTTP://host', 'HTTP://host'],
    ['file:///etc/passwd', undefined],
  ])('an address %s is read as %s', (text, value) => {
    const { config } = normalizeConfig(raw({ remotes: { pushgateway: { url: text } } }));
    expect(config.remotes.pushgateway.url).toBe(value);
  });

  it('a mistake on the command line is told from one in a file', () => {
    const { diagnostics } = normalizeConfig(raw({ timezone: 'x' }, { flags: { timeout: '5' } }));
    expect(diagnostics.map((found) => [found.origin, found.where])).toEqual([
      ['file', 'f.yaml'],
      ['flag', '--timeout'],
    ]);
  });
});

function plant(at: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner =
    Object.hasOwn(at, key) && typeof at[key] === 'object' && at[key] !== null ? at[key] : Object.create(null);
  if (!Object.isExtensible(inner)) return;
  Object.defineProperty(at, key, { value: inner, enumerable: true, configurable: true, writable: true });
  plant(inner as Record<string, unknown>, rest, value);
}
