// What a backup decides without a disk: masks, accounts that never give back, what goes, what comes back, paths that stay.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, splitPath } from '../../../lib/domain/backup/manifest.ts';
import { maskConfig } from '../../../lib/domain/backup/mask-config.ts';
import { mergeTargetStates } from '../../../lib/domain/backup/merge-guards.ts';
import { planPrune } from '../../../lib/domain/backup/plan-prune.ts';
import { planRestore } from '../../../lib/domain/backup/plan-restore.ts';
import { readingRank } from '../../../lib/domain/backup/state-layout.ts';
import { decodeHeader, encodeHeader } from '../../../lib/domain/backup/tar.ts';
import { type TargetState, usageOf } from '../../../lib/domain/governor/governor.ts';

describe('a mask', () => {
  const KEYS = ['password', 'token', 'webhook_url', 'creds'];

  test('hides what stands behind the name of a secret, however it is written', () => {
    const text = [
      'remotes:',
      '  nats: { user: ops, password: hunter2, token: "a, b } c" }',
      "  prometheus: {url: http://a, 'password': 'it''s'}",
      '  slack:',
      '    webhook_url: https://hooks.example/T/B/x # the old one',
      '    channel: "#ops"',
      '    #token: xoxb-old',
      '  other:',
      '    creds: |',
      '      -----BEGIN-----',
      '',
      '      abc',
      '    timeout: 5s',
      '    password:',
      '      hunter3',
      '    password_file: /run/secret',
      '    PASSWORD: hunter4',
    ].join('\n');
    const masked = maskConfig(text, KEYS);
    for (const secret of ['hunter', 'a, b', "it''s", 'hooks.example', 'xoxb', 'BEGIN', 'abc']) {
      expect(masked).not.toContain(secret);
    }
    for (const kept of ['user: ops', 'url: http://a', 'channel: "#ops"', 'timeout: 5s', 'password_file: /run/secret']) {
      expect(masked).toContain(kept);
    }
  });

  test('leaves a file without secrets as it is', () => {
    const text = 'a: 1\nlist:\n  - tokens\n  - { passwords: 2 }\n# a password is not here\n';
    expect(maskConfig(text, KEYS)).toBe(text);
  });
});

describe('two accounts of one target', () => {
  const NOW = { bootId: 'b', monotonicMs: 10_000_000, wallMs: 0 };
  const action = fc.record({
    kind: fc.constant('remediation'),
    at: fc.record({
      bootId: fc.constant('b'),
      monotonicMs: fc.integer({ min: 0, max: 10_000_000 }),
      wallMs: fc.constant(0),
    }),
  });
  const account: fc.Arbitrary<TargetState> = fc
    .record({
      actions: fc.array(action, { maxLength: 6 }),
      lastLatchId: fc.integer({ min: 0, max: 4 }),
      isLatched: fc.boolean(),
    })
    .map(({ actions, lastLatchId, isLatched }) => ({
      actions,
      lastLatchId,
      latch: isLatched && lastLatchId > 0 ? { id: lastLatchId, reason: 'spent', at: NOW } : null,
    }));

  test('become one that gives nothing back', () => {
    fc.assert(
      fc.property(account, fc.option(account), (archived, current) => {
        const merged = mergeTargetStates(archived, current);
        const spent = (state: TargetState): number => usageOf(state, 'remediation', NOW).lastDay;
        expect(merged.lastLatchId).toBe(Math.max(archived.lastLatchId, current?.lastLatchId ?? 0));
        if (current !== null) expect(spent(merged)).toBeGreaterThanOrEqual(spent(current));
        const knowsMore = current !== null && current.lastLatchId > archived.lastLatchId;
        if (!knowsMore) expect(spent(merged)).toBeGreaterThanOrEqual(spent(archived));
        if (current?.latch != null && current.lastLatchId >= archived.lastLatchId)
          expect(merged.latch).toEqual(current.latch);
        const hasHeard = current !== null && current.lastLatchId >= archived.lastLatchId;
        if (archived.latch !== null && !hasHeard) expect(merged.latch).toEqual(archived.latch);
      }),
    );
  });
});

describe('what is removed', () => {
  const backup = fc.record({ createdMs: fc.integer({ min: 0, max: 100_000 }), isWhole: fc.boolean() });
  const rule = fc.record({
    keep: fc.option(fc.integer({ min: 1, max: 5 })),
    keepMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
  });

  test('is never the newest whole one, never a damaged one, never what the rule keeps', () => {
    fc.assert(
      fc.property(fc.array(backup), rule, (list, keeping) => {
        const found = list.map((one, at) => ({ ...one, name: String(at) }));
        const { keep, remove, damaged } = planPrune(found, keeping, 100_000);
        const whole = found.filter(({ isWhole }) => isWhole);
        const newest = Math.max(...whole.map(({ createdMs }) => createdMs));
        if (whole.length > 0) expect(keep.some(({ createdMs }) => createdMs === newest)).toBe(true);
        expect(remove.every(({ isWhole }) => isWhole)).toBe(true);
        expect(keep.length + remove.length + damaged.length).toBe(found.length);
        if (keeping.keep !== null) expect(keep.length).toBeGreaterThanOrEqual(Math.min(keeping.keep, whole.length));
        if (keeping.keepMs !== null)
          for (const { createdMs } of remove) expect(100_000 - createdMs).toBeGreaterThanOrEqual(keeping.keepMs);
      }),
    );
  });
});

describe('what comes back', () => {
  const whole = (path: string, records?: number) => ({
    path,
    isWhole: true,
    ...(records === undefined ? {} : { records }),
  });
  const broken = (path: string, records?: number) => ({ ...whole(path, records), isWhole: false });
  const plan = (archived: object[], current: object[], isSameLine = true) =>
    planRestore({ archived: archived as never, current: current as never, isSameLine });

  test('is what is missing or damaged; what is whole stays', () => {
    const archived = [whole('state/a.json'), whole('state/b.json'), whole('state/c.json'), broken('state/d.json')];
    expect(plan(archived, [whole('state/b.json'), broken('state/c.json'), broken('state/d.json')])).toEqual({
      put: ['state/a.json', 'state/c.json'],
      aside: ['state/c.json'],
      keep: ['state/b.json', 'state/d.json'],
      merge: [],
      gone: [],
      renumber: [],
    });
  });

  test('a journal that goes further stays under whichever name, one that lost records is replaced', () => {
    const archived = [
      whole('journal/x/000001-a.ndjson.open', 3),
      whole('journal/x/000002-b.ndjson', 5),
      whole('journal/x/000003-c.ndjson', 5),
    ];
    const current = [
      whole('journal/x/000001-a.ndjson', 7),
      whole('journal/x/000002-b.ndjson.open', 4),
      broken('journal/x/000003-c.ndjson', 6),
    ];
    expect(plan(archived, current)).toMatchObject({
      put: ['journal/x/000002-b.ndjson'],
      aside: ['journal/x/000002-b.ndjson.open'],
      keep: ['journal/x/000001-a.ndjson', 'journal/x/000003-c.ndjson'],
    });
  });

  test('is nothing that was sent, lifted or finished since', () => {
    const archived = [
      'spool/1.json',
      'state/governor/pause/p.json',
      'state/failover/intent%20live.json',
      'state/failover/fence%20live.json',
    ].map((path) => whole(path));
    const current = [whole('state/governor/state/p.json')];
    expect(plan(archived, current)).toMatchObject({
      put: ['state/failover/fence%20live.json'],
      gone: ['spool/1.json', 'state/governor/pause/p.json', 'state/failover/intent%20live.json'],
    });
    // On an empty disk nobody sent or lifted anything; but an old order to fail over is never carried out.
    expect(plan(archived, [], false)).toMatchObject({ gone: ['state/failover/intent%20live.json'] });
    expect(plan(archived, [], false).put).toHaveLength(3);
  });

  test('an account that came after the backup knows all; one that began anew is merged with that of the archive', () => {
    const account = [whole('state/governor/state/p.json')];
    expect(plan(account, account)).toMatchObject({ merge: [], keep: ['state/governor/state/p.json'] });
    expect(plan(account, account, false)).toMatchObject({ merge: ['state/governor/state/p.json'], keep: [] });
  });

  test('runs of a journal that began anew follow those of the archive', () => {
    const archived = [whole('journal/x/000041-a.ndjson', 3)];
    const current = [whole('journal/x/000001-n.ndjson', 3), whole('journal/y/000001-m.ndjson', 3)];
    expect(plan(archived, current, false)).toMatchObject({
      put: ['journal/x/000041-a.ndjson'],
      renumber: [{ from: 'journal/x/000001-n.ndjson', to: 'journal/x/000042-n.ndjson' }],
    });
  });
});

test('accounts are read after the journals that tell of what they count, groups after the spool', () => {
  const order = [
    'state/governor/state/p.json',
    'metrics/g.json',
    'journal/p/1.ndjson',
    'state/jobs/j.json',
    'spool/1.json',
  ];
  expect(order.sort((a, b) => readingRank(a) - readingRank(b))).toEqual([
    'journal/p/1.ndjson',
    'spool/1.json',
    'metrics/g.json',
    'state/jobs/j.json',
    'state/governor/state/p.json',
  ]);
});

test('a path stays in its part', () => {
  expect(splitPath('state/journal/a b/1.ndjson')).toEqual({ part: 'state', rest: 'journal/a b/1.ndjson' });
  for (const path of [
    'state/../x',
    'state//x',
    'state/',
    'state',
    '/etc/passwd',
    'other/x',
    'state/a/./b',
    'state/a\u0000b',
  ]) {
    expect(splitPath(path), path).toBeNull();
  }
});

test('versions are compared by their numbers', () => {
  expect(compareVersions('0.10.0', '0.9.9')).toBeGreaterThan(0);
  expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
  expect(compareVersions('1.2', '1.2.1')).toBeLessThan(0);
});

test('a header is read back as it was written, and any other bit is none', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !text.includes('\u0000') && Buffer.from(text).toString() === text);
  const member = fc.record({ name, mode: fc.integer({ min: 0, max: 0o7777 }), size: fc.nat(), modifiedS: fc.nat() });
  fc.assert(
    fc.property(member, fc.nat({ max: 512 * 8 - 1 }), (given, bit) => {
      const header = encodeHeader(given);
      expect(decodeHeader(header)).toEqual(given);
      header[bit >> 3] = (header[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeHeader(header)).toBeNull();
    }),
    { numRuns: 500 },
  );
});
