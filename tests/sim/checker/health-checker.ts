// Histories that break the invariants of the health and escalation worlds, one each.

import { dirname } from 'node:path/posix';
import { CONTROL } from '../../../lib/base/control-subjects.ts';
import { EXIT, type ExitCode } from '../../../lib/base/exit-codes.ts';
import type { JsonObject } from '../../../lib/base/json.ts';
import { encodeRecord } from '../../../lib/services/journal/record.ts';
import { SYMBOLS } from '../../../lib/sim/world/feed-service.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import { RULES } from '../worlds/failover-rules.ts';
import { type ActionJudge, judgeActions } from '../worlds/health-action-rules.ts';
import { CANARIES, governorFile, incidentFile, STATE } from '../worlds/health-config.ts';
import { judgeDawn } from '../worlds/health-dawn.ts';
import { type FrameJudge, judgeFrame } from '../worlds/health-frame-rules.ts';
import { check, QUIET } from '../worlds/health-night.ts';
import { judgePages, type PageJudge } from '../worlds/health-page-rules.ts';
import { HEALTH_RULES, type HealthRun, type Scene } from '../worlds/health-rules.ts';
import { createScene } from '../worlds/health-scene.ts';
import { judgeAcknowledged, judgeJournals } from '../worlds/journal-rules.ts';
import type { World } from '../worlds/world.ts';
import type { Checker } from './checker.ts';

const KEY = 'mdops/sim/primary/k1';
const NIGHT = { ...QUIET, lengthMs: 1, acts: [check(0)] };

interface Stage {
  readonly world: World;
  readonly scene: Scene;
  readonly host: Host;
  readonly actions: ActionJudge;
  readonly pages: PageJudge;
  readonly frame: FrameJudge;
}

type History = (stage: Stage) => void | Promise<void>;

function setUp(world: World): Stage {
  const scene = createScene(world);
  const host = world.hosts.get('ops-1')!;
  return { world, scene, host, actions: judgeActions(scene), pages: judgePages(scene), frame: judgeFrame(scene) };
}

function begin({ scene }: Stage, name: string, changes: Partial<HealthRun> = {}): HealthRun {
  const run: HealthRun = {
    name,
    act: check(0),
    trace: Buffer.from(name).toString('hex').padEnd(32, '0'),
    isDryRun: false,
    sinceMs: 0,
    sinceMonotonicMs: 0,
    requests: 0,
    acted: new Set(),
    isHurt: false,
    finishedMs: null,
    ...changes,
  };
  scene.runs.set(run.trace, run);
  return run;
}

function write(host: Host, path: string, text: string): void {
  host.disk.makeDirectory(dirname(path));
  if (host.disk.has(path)) host.disk.remove(path);
  const file = host.disk.open(path, false);
  file.append(Buffer.from(text));
  file.sync();
  host.disk.syncDirectory(dirname(path));
}

function store(host: Host, path: string, data: JsonObject): void {
  write(host, path, JSON.stringify({ format: 1, data }));
}

function journal(host: Host, kinds: readonly (readonly [kind: string, body: JsonObject])[], isOpen: boolean): void {
  let prev = '';
  let text = '';
  for (const [seq, [kind, body]] of kinds.entries()) {
    const { line, hash } = encodeRecord({ seq, kind, at: '2026-01-05T00:30:00.000Z', body, prev });
    prev = hash;
    text += `${line}\n`;
  }
  write(host, `${STATE}/journal/primary/000001-run-1.ndjson${isOpen ? '.open' : ''}`, text);
}

/** What a run has done before it may act: counted, recorded its intent, and seen what is broken. */
function prepare(stage: Stage, run: HealthRun, missing: readonly string[] = [SYMBOLS[0]!]): void {
  const { host, scene } = stage;
  const at = { bootId: host.bootId(), monotonicMs: host.monotonicMs(), wallMs: 0 };
  store(host, governorFile('state', 'primary'), {
    actions: [{ kind: 'remediation', at }],
    latch: null,
    lastLatchId: 0,
  });
  journal(
    host,
    [
      ['run_started', {}],
      ['step_intent', {}],
    ],
    true,
  );
  scene.looks.set(run.trace, { atMs: 0, missing, late: [], isUsable: true });
}

function subscribe(stage: Stage, run: HealthRun, symbols: readonly string[] = [SYMBOLS[0]!]): void {
  const request = requestOf(run, `/control/${CONTROL.subscribe}`, JSON.stringify({ symbols }));
  stage.frame.onRequest('primary.sim', request);
  stage.actions.onRequest('ops-1', request, null);
}

function requestOf(run: HealthRun, path: string, body: string) {
  return { method: 'POST', path, body, headers: { traceparent: `00-${run.trace}-00-01` }, from: 'ops-1' };
}

function page({ pages }: Stage, run: HealthRun): void {
  const request = requestOf(run, '/v2/enqueue', JSON.stringify({ event_action: 'trigger', dedup_key: KEY }));
  pages.onRequest('ops-1', 'pagerduty.sim', request, null);
}

function incident(stage: Stage, changes: JsonObject = {}): void {
  const path = incidentFile('primary');
  store(stage.host, path, { id: KEY, state: 'open', page: 'accepted', ending: 'not due', ...changes });
  stage.pages.onFile(undefined, stage.host, 'rename', path);
}

/** A check ends and reports this. */
function report(stage: Stage, run: HealthRun, exit: ExitCode, said: JsonObject): void {
  const answer = { exit, outcome: { exit, summary: '', report: said }, fault: null, telemetryDegraded: [], run: null };
  for (const judge of [stage.actions, stage.frame, stage.pages]) judge.onEnd?.(run, exit, answer);
}

function acts(then: (stage: Stage, run: HealthRun) => void, changes: Partial<HealthRun> = {}): History {
  return (stage) => {
    const run = begin(stage, 'run-1', changes);
    prepare(stage, run);
    then(stage, run);
  };
}

const HISTORIES: { readonly [K in keyof typeof HEALTH_RULES]: History } = {
  budget: (stage) => {
    for (let at = 1; at <= 4; at += 1) {
      const run = begin(stage, `run-${at}`);
      prepare(stage, run);
      subscribe(stage, run);
      stage.scene.runs.delete(run.trace);
    }
  },
  latch: acts((stage, run) => {
    const warnings = ['nothing was resubscribed: 3 of 3 remediations an hour are spent'];
    report(stage, run, EXIT.unknown, { verdict: 'unknown', warnings });
    subscribe(stage, run);
  }),
  countedFirst: acts((stage, run) => {
    stage.host.disk.remove(governorFile('state', 'primary'));
    subscribe(stage, run);
  }),
  intentFirst: acts((stage, run) => {
    journal(stage.host, [['run_started', {}]], true);
    subscribe(stage, run);
  }),
  orders: acts((stage, run) => {
    const at = { bootId: stage.host.bootId(), monotonicMs: stage.host.monotonicMs(), wallMs: 0 };
    store(stage.host, governorFile('pause', 'primary'), { at, forMs: 60_000, reason: '', by: '' });
    subscribe(stage, run);
  }),
  observer: (stage) => {
    const run = begin(stage, 'run-1');
    prepare(stage, run, SYMBOLS);
    subscribe(stage, run);
  },
  onlyBroken: acts((stage, run) => subscribe(stage, run, [SYMBOLS[5]!])),
  alone: acts((stage, run) => {
    begin(stage, 'run-2', { requests: 1 });
    subscribe(stage, run);
  }),
  honest: acts((stage, run) => report(stage, run, EXIT.ok, { verdict: 'healthy' })),
  blind: (stage) => report(stage, begin(stage, 'run-1'), EXIT.critical, { verdict: 'unhealthy' }),
  dryRun: acts(subscribe, { isDryRun: true }),
  storedKey: (stage) => page(stage, begin(stage, 'run-1')),
  notAgain: (stage) => {
    incident(stage);
    page(stage, begin(stage, 'run-1'));
  },
  oneAlert: ({ scene, world }) => {
    for (const key of [KEY, `${KEY}2`]) {
      scene.kept.add(key);
      const body = JSON.stringify({ event_action: 'trigger', dedup_key: key });
      void world.network.ask('ops-1', 'pagerduty.sim', '/v2/enqueue', body);
    }
    return world.run(1_000);
  },
  paged: (stage) => {
    incident(stage, { page: 'due' });
    return stage.world.run(120_000);
  },
  silent: (stage) => {
    incident(stage);
    report(stage, begin(stage, 'run-1'), EXIT.unknown, { verdict: 'unknown', remediation: { escalated: false } });
  },
  told: (stage) => {
    incident(stage, { state: 'acknowledged' });
    report(stage, begin(stage, 'run-1'), EXIT.unknown, { verdict: 'unknown', remediation: { escalated: true } });
  },
  resolved: async ({ scene, world }) => {
    scene.kept.add(KEY);
    const body = JSON.stringify({ event_action: 'trigger', dedup_key: KEY });
    void world.network.ask('ops-1', 'pagerduty.sim', '/v2/enqueue', body);
    await world.run(1_000);
    judgeDawn(scene, NIGHT);
  },
  telemetry: (stage) => {
    const run = begin(stage, 'run-1', { finishedMs: -6_000 });
    report(stage, run, EXIT.unknown, { verdict: 'unknown' });
  },
  secret: (stage) => {
    const run = begin(stage, 'run-1');
    stage.frame.onRequest('slack.sim', requestOf(run, '/services/x', CANARIES['pagerduty.sim']));
  },
  metrics: acts((stage, run) => {
    stage.scene.looks.set(run.trace, { atMs: 0, missing: [], late: [], isUsable: true });
    report(stage, run, EXIT.ok, { verdict: 'healthy' });
    stage.frame.judgeAtLast();
  }),
  settles: (stage) => {
    incident(stage);
    judgeDawn(stage.scene, NIGHT);
  },
};

type Shared = 'ends' | 'noBug' | 'oneTerminal' | 'chain' | 'kept' | 'duration';

const SHARED: { readonly [K in Shared]: History } = {
  ends: ({ world, frame }) => {
    world.start({ name: 'run-1', host: 'ops-1', operator: 'wang' });
    frame.mustHaveEnded();
  },
  noBug: (stage) => report(stage, begin(stage, 'run-1'), EXIT.bug, {}),
  oneTerminal: ({ host, world }) => {
    journal(host, [['run_started', {}]], false);
    judgeJournals(world, host, true);
  },
  chain: ({ host, world }) => {
    write(host, `${STATE}/journal/primary/000001-run-1.ndjson`, '{"v":1}\n');
    judgeJournals(world, host, true);
  },
  kept: ({ host, world }) => {
    judgeAcknowledged(world, host, new Map([[`ops-1 ${STATE}/journal/primary/000001-run-1.ndjson`, 100]]));
  },
  duration: ({ host, world }) => {
    journal(
      host,
      [
        ['run_started', {}],
        ['run_finished', { duration_ms: -5 }],
      ],
      false,
    );
    judgeJournals(world, host, true);
  },
};

const played = (happens: History) => (world: World) => happens(setUp(world));

export const HEALTH_CHECKER: Checker = {
  invariants: [...Object.values(HEALTH_RULES), ...Object.keys(SHARED).map((rule) => RULES[rule as Shared])],
  histories: Object.fromEntries([
    ...Object.entries(HISTORIES).map(([rule, happens]) => [
      HEALTH_RULES[rule as keyof typeof HISTORIES],
      played(happens),
    ]),
    ...Object.entries(SHARED).map(([rule, happens]) => [RULES[rule as Shared], played(happens)]),
  ]),
};
