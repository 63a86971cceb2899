// Judges the frame around the flows: ends, journals, dry runs, secrets, metrics.

import { EXIT, NEVER_BEGAN } from '../../../lib/base/exit-codes.ts';
import { own } from '../../../lib/base/json.ts';
import { traceOf } from '../../../lib/sim/world/feed-service.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import type { RemoteRequest } from '../../../lib/sim/world/network.ts';
import type { Program } from '../../../lib/sim/world/program.ts';
import { RULES } from './failover-rules.ts';
import { CANARIES, incidentFile, LOGS, STATE, TARGETS, type Target } from './health-config.ts';
import { HEALTH_RULES, type HealthRun, type Judge, readDocument, type Scene } from './health-rules.ts';
import { type Acknowledged, acknowledge, judgeAcknowledged, judgeJournals } from './journal-rules.ts';

export interface FrameJudge extends Judge {
  onRequest(hostname: string, request: RemoteRequest): void;
  onEffect(program: Program, run: HealthRun | undefined, kind: string, what: string, isDone: boolean): void;
  onChild(run: HealthRun, argv: readonly string[]): void;
  /** A page, or its end, waits on this host. */
  isAnythingDue(host: Host): boolean;
  mustHaveEnded(): void;
  /** When nothing happens any more. */
  judgeAtLast(): void;
}

const CHANGES: ReadonlySet<string> = new Set(['write', 'open', 'append', 'truncate', 'sync', 'rename', 'remove']);

const LEAKS = Object.entries(CANARIES).map(([owner, secret]) => ({
  owner,
  forms: [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      JSON.stringify(secret).slice(1, -1),
    ]),
  ],
}));

export function judgeFrame(scene: Scene): FrameJudge {
  const { world } = scene;
  const acknowledged: Acknowledged = new Map();
  const lastExit = new Map<Target, number>();
  const leak = (where: string, owner: string): void =>
    world.violate(HEALTH_RULES.secret, `the secret of ${owner} is in ${where}`);

  function judgeRequest(hostname: string, request: RemoteRequest): void {
    const run = scene.runs.get(traceOf(request));
    const isService = TARGETS.some((target) => hostname === `${target}.sim`);
    if (run?.isDryRun === true && (!isService || request.path.endsWith('.bulk'))) {
      world.violate(HEALTH_RULES.dryRun, `${run.name} sends ${request.method} ${hostname} ${request.path}`);
    }
    const text = `${request.path}\n${request.body}\n${Object.values(request.headers).join('\n')}`;
    for (const { owner, forms } of LEAKS) {
      if (owner !== hostname && forms.some((form) => text.includes(form))) leak(`a request to ${hostname}`, owner);
    }
  }

  function judgeSecretsAtRest(): void {
    for (const host of world.hosts.values()) {
      for (const path of host.disk.paths()) {
        const content = host.disk.read(path);
        for (const { owner, forms } of LEAKS)
          if (forms.some((form) => content.includes(form))) leak(`${host.name} ${path}`, owner);
      }
    }
    for (const { name, output } of world.programs) {
      const text = output.join('');
      for (const { owner, forms } of LEAKS)
        if (forms.some((form) => text.includes(form))) leak(`what ${name} prints`, owner);
    }
  }

  function judgeMetrics(): void {
    for (const [target, exit] of lastExit) {
      const found = [...scene.gateway.groups].find(
        ([path]) => path.includes('/check-feed-health/') && path.endsWith(target),
      );
      const value = /^md_runbook_exit_code\{[^}]*\} (\S+)$/m.exec(found?.[1] ?? '')?.[1];
      if (value !== String(exit)) {
        world.violate(
          HEALTH_RULES.metrics,
          `the last check of ${target} ended with ${exit}, the gateway holds ${value ?? 'nothing'}`,
        );
      }
    }
  }

  return {
    onRequest: judgeRequest,
    onEffect: (program, run, kind, what, isDone) => {
      if (kind === 'sync' && isDone) acknowledge(acknowledged, program.host, what);
      if (run?.isDryRun !== true || !CHANGES.has(kind) || what.startsWith(LOGS)) return;
      world.violate(HEALTH_RULES.dryRun, `${program.name}: ${kind} ${what}`);
    },
    onChild: (run, argv) => {
      if (run.isDryRun) world.violate(HEALTH_RULES.dryRun, `${run.name} starts ${argv.join(' ')}`);
      for (const { owner, forms } of LEAKS)
        if (forms.some((form) => argv.join(' ').includes(form))) leak('the arguments of a child', owner);
    },
    onEnd: (run, exit, answer) => {
      if (exit === EXIT.bug || exit === -1)
        world.violate(RULES.noBug, `${run.name}: ${answer?.fault?.message ?? 'threw past the frame'}`);
      const verdict = answer?.outcome?.report === undefined ? null : own(answer.outcome.report, 'verdict');
      if (run.act.what === 'check' && !run.isDryRun && !NEVER_BEGAN.has(exit)) lastExit.set(run.act.target, exit);
      const seen = scene.looks.get(run.trace);
      if (typeof verdict === 'string' && verdict !== 'unknown' && (seen ?? null) === null) {
        world.violate(HEALTH_RULES.blind, `${run.name} calls it ${verdict} and has seen nothing`);
      }
      if (verdict !== 'healthy' || (scene.steppedMs.get(run.act.host) ?? -1e9) >= (seen?.atMs ?? 0)) return;
      const bad = [...(seen?.missing ?? []), ...(seen?.late ?? [])];
      if (bad.length > 0) world.violate(HEALTH_RULES.honest, `${run.name} calls it healthy: ${bad.join(', ')}`);
    },
    isAnythingDue: (host) =>
      TARGETS.some((target) => {
        const incident = readDocument(host, incidentFile(target));
        return incident !== null && (own(incident, 'page') === 'due' || own(incident, 'ending') === 'due');
      }),
    mustHaveEnded: () => {
      if (world.violation() !== null) return;
      for (const program of world.programs) {
        if (program.gate.isAlive && !program.hasEnded) world.violate(RULES.ends, `${program.name} does not end`);
      }
    },
    judgeAtLast: () => {
      for (const host of world.hosts.values()) {
        judgeJournals(world, host, false);
        judgeAcknowledged(world, host, acknowledged);
        const waiting = host.disk
          .paths()
          .filter((path) => path.startsWith(`${STATE}/spool/`) && /-metrics-[0-9a-f]+\.json$/.test(path));
        if (waiting.length > 0) world.violate(HEALTH_RULES.metrics, `${waiting[0]} still waits on ${host.name}`);
      }
      judgeMetrics();
      judgeSecretsAtRest();
    },
  };
}
