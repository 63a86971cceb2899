// Judges who is told: one page per incident, in time, under a stored key; somebody is always reached.

import { EXIT } from '../../../lib/base/exit-codes.ts';
import { isRecord, own, parseJson } from '../../../lib/base/json.ts';
import { traceOf } from '../../../lib/sim/world/feed-service.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import type { Lie, RemoteRequest } from '../../../lib/sim/world/network.ts';
import { incidentFile, TARGETS, type Target } from './health-config.ts';
import { HEALTH_RULES, type HealthRun, hostOf, type Judge, readDocument, type Scene } from './health-rules.ts';

/** A page is tried by the run that found the fault and then every forty seconds. */
const PAGE_WITHIN_MS = 60_000;
const REACH_WITHIN_MS = 120_000;
const TELEMETRY_MS = 5_000;

export interface PageJudge extends Judge {
  onRequest(from: string, hostname: string, request: RemoteRequest, lie: Lie | null): void;
  onFile(run: HealthRun | undefined, host: Host, kind: string, path: string): void;
}

export function judgePages(scene: Scene): PageJudge {
  const { world, pager } = scene;
  const now = (): number => world.scheduler.nowMs();
  const openedMs = scene.storedMs;
  const hurtMs = new Map<string, number>();
  const targetOf = (key: string): Target | undefined => TARGETS.find((target) => key.includes(`/${target}/`));

  pager.onEvent = ({ action, key, from, opened }) => {
    world.tell(`PagerDuty takes ${action} of ${key}${opened === null ? '' : ', an alert opens'}`);
    if (opened === null || opened.isStray) return;
    // One that a failing disk kept from being stored is told all the same, and nobody knows its key any more. One whose
    // end PagerDuty refused for good stays open whatever we do: a person has to end it.
    const others = pager
      .open(from)
      .filter((one) => one !== opened && targetOf(one.key) === targetOf(key))
      .filter(({ key: known }) => scene.kept.has(known) && !pager.refused.has(known));
    if (others.length > 0) world.violate(HEALTH_RULES.oneAlert, `${key} opens beside ${others[0]!.key}`);
  };

  function judgeTrigger(from: string, key: string, run: HealthRun | undefined): void {
    const target = targetOf(key);
    const host = hostOf(scene, from);
    const path = incidentFile(target ?? 'primary');
    const incident = target === undefined ? null : readDocument(host, path);
    const id = incident === null ? undefined : own(incident, 'id');
    const isKept = id === key && host.disk.isDurable(path);
    if (isKept) scene.kept.add(key);
    if (isHurt(host) || run?.isHurt === true) return;
    if (!isKept) {
      world.violate(HEALTH_RULES.storedKey, `${from} pages ${key}, stored is ${String(id ?? 'nothing')}`);
    }
    if (incident !== null && own(incident, 'page') === 'accepted') {
      world.violate(HEALTH_RULES.notAgain, `${from} pages ${key} again`);
    }
  }

  /** A write failed there not long ago: what is stored may be older than what is known. */
  const isHurt = (host: Host): boolean => now() - (hurtMs.get(host.name) ?? -1e9) < 3_700_000;

  function expectPage(host: Host, target: Target, key: string): void {
    const quietMs = Math.max(scene.disturbedMs.get('pagerduty.sim') ?? -1e9, scene.disturbedMs.get(host.name) ?? -1e9);
    const dueMs = Math.max(now(), quietMs) + PAGE_WITHIN_MS + 6_000;
    world.at(dueMs - now(), () => {
      const incident = readDocument(host, incidentFile(target));
      if (incident === null || own(incident, 'id') !== key || own(incident, 'page') !== 'due') return;
      const lastMs = Math.max(scene.disturbedMs.get('pagerduty.sim') ?? -1e9, scene.disturbedMs.get(host.name) ?? -1e9);
      const isCut = scene.isCut('pagerduty.sim') || pager.refuses;
      if (now() - lastMs < PAGE_WITHIN_MS || isHurt(host) || isCut) expectPage(host, target, key);
      else
        world.violate(HEALTH_RULES.paged, `${key} is due since ${Math.round((now() - openedMs.get(key)!) / 1_000)} s`);
    });
  }

  const isReached = (host: string, key: string): boolean => {
    const sinceMs = openedMs.get(key) ?? 0;
    return (
      pager.alerts.some((alert) => alert.key === key) ||
      scene.chat.messages.some((message) => message.from === host && message.atMs >= sinceMs) ||
      scene.calls.some((call) => call.isOk && call.from === host && call.atMs >= sinceMs)
    );
  };

  function judgeReached(run: HealthRun, report: unknown): void {
    const { host, target } = run.act;
    const remediation = isRecord(report) ? own(report, 'remediation') : null;
    const incident = readDocument(hostOf(scene, host), incidentFile(target));
    const key = incident === null ? undefined : own(incident, 'id');
    if (
      !isRecord(remediation) ||
      typeof key !== 'string' ||
      incident === null ||
      run.isHurt ||
      isHurt(hostOf(scene, host))
    )
      return;
    const reached = isReached(host, key);
    if (own(remediation, 'escalated') === true && !reached) {
      world.violate(HEALTH_RULES.told, `${run.name} says that people were told of ${key}`);
    }
    const isOpen = own(incident, 'state') === 'open';
    const canCall = scene.commandFailsUntilMs < run.sinceMs;
    if (isOpen && canCall && !reached) world.violate(HEALTH_RULES.silent, `${run.name} told nobody of ${key}`);
    if (isOpen && openedMs.get(key)! >= run.sinceMs && now() - openedMs.get(key)! > REACH_WITHIN_MS) {
      world.violate(
        HEALTH_RULES.silent,
        `${run.name} took ${Math.round(now() - openedMs.get(key)!)} ms to tell of ${key}`,
      );
    }
  }

  return {
    onRequest: (from, hostname, request, lie) => {
      if (lie !== null) scene.disturbedMs.set(hostname, now());
      if (hostname !== 'pagerduty.sim') return;
      pager.noteSent(request);
      const event = parseJson(request.body);
      if (!isRecord(event)) return;
      if (lie === 'status 400') pager.noteRefused(String(own(event, 'dedup_key')));
      if (own(event, 'event_action') === 'trigger')
        judgeTrigger(from, String(own(event, 'dedup_key')), scene.runs.get(traceOf(request)));
    },
    onFile: (run, host, kind, path) => {
      if (kind !== 'rename') return;
      if (run !== undefined && path.includes('/journal/') && path.endsWith('.ndjson')) run.finishedMs = now();
      const target = TARGETS.find((one) => path === incidentFile(one));
      const incident = target === undefined ? null : readDocument(host, path);
      if (target === undefined || incident === null) return;
      const key = String(own(incident, 'id'));
      world.tell(
        `${host.name} stores incident ${key}: ${INCIDENT.map((name) => `${name} ${String(own(incident, name))}`).join(', ')}`,
      );
      if (!openedMs.has(key) && own(incident, 'state') === 'open') openedMs.set(key, now());
      if (own(incident, 'page') === 'due') expectPage(host, target, key);
    },
    onEnd: (run, exit, answer) => {
      if (run.isHurt) hurtMs.set(run.act.host, now());
      if (run.isDryRun) return;
      // A run that could not record its end has only closed others.
      const tookMs = run.finishedMs === null || exit === EXIT.stateNotWritten ? 0 : now() - run.finishedMs;
      if (tookMs > TELEMETRY_MS)
        world.violate(HEALTH_RULES.telemetry, `${run.name} took ${Math.round(tookMs)} ms after its end`);
      if (run.act.what === 'check') judgeReached(run, answer?.outcome?.report);
    },
    onDeath: (run) => {
      scene.disturbedMs.set(run.act.host, now());
      if (run.isHurt) hurtMs.set(run.act.host, now());
    },
  };
}

const INCIDENT = ['state', 'page', 'ending'] as const;
