// What must hold in the health and escalation worlds, by name, and the facts that the judges share.

import type { ExitCode } from '../../../lib/base/exit-codes.ts';
import { isRecord, own, parseJson } from '../../../lib/base/json.ts';
import type { Answer } from '../../../lib/run/answer.ts';
import type { FeedService, Shown } from '../../../lib/sim/world/feed-service.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import type { Chat, Gateway, Pager } from '../../../lib/sim/world/receivers.ts';
import type { Target } from './health-config.ts';
import type { HealthAct } from './health-night.ts';
import type { World } from './world.ts';

export const HEALTH_RULES = {
  budget: 'remediations stay within their budget until a person acknowledges',
  latch: 'a spent budget stays closed until a person acknowledges',
  countedFirst: 'a remediation is counted durably before its first request',
  intentFirst: 'no request before its intent is durable',
  orders: 'nothing is done while automation is paused or off',
  observer: 'nothing is done while most of the market looks dead',
  onlyBroken: 'only what was seen to be broken is resubscribed',
  alone: 'one enforcing run per target and host',
  honest: 'reported healthy, so the feed is healthy',
  blind: 'what could not be seen is neither well nor broken',
  dryRun: 'a dry run writes nothing and tells nobody',
  storedKey: 'a page is sent only under a key that is stored',
  notAgain: 'what PagerDuty accepted is not paged again',
  oneAlert: 'one open alert per target',
  paged: 'a page is accepted within a minute of PagerDuty being reachable',
  silent: 'whoever escalates reaches somebody within two minutes',
  told: 'who says that people were told has told them',
  resolved: 'an alert ends when its target is well',
  telemetry: 'telemetry adds five seconds at most',
  secret: 'no secret is seen where it does not belong',
  metrics: 'the metrics of the last run arrive, or are counted as dropped',
  settles: 'after the faults the feed is well, escalated, or left to a person',
} as const;

export interface HealthRun {
  readonly name: string;
  readonly act: HealthAct;
  readonly trace: string;
  readonly isDryRun: boolean;
  readonly sinceMs: number;
  readonly sinceMonotonicMs: number;
  /** Requests to resubscribe that it sent. */
  requests: number;
  readonly acted: Set<string>;
  /** A write of it failed, or it was told to stop. */
  isHurt: boolean;
  /** When its terminal record was there. */
  finishedMs: number | null;
}

/** Everything that the judges look at. */
export interface Scene {
  readonly world: World;
  readonly services: Readonly<Record<Target, FeedService>>;
  readonly pager: Pager;
  readonly chat: Chat;
  readonly gateway: Gateway;
  /** Calls of the operator's command. */
  readonly calls: { readonly from: string; readonly atMs: number; readonly isOk: boolean }[];
  readonly runs: Map<string, HealthRun>;
  /** The last answer about subscriptions that each run got, by trace; null when it could not be used. */
  readonly looks: Map<string, Shown | null>;
  /** When somebody last set the clock of a host. */
  readonly steppedMs: Map<string, number>;
  /** When a remote was last kept from answering, by name. */
  readonly disturbedMs: Map<string, number>;
  /** When each incident was first stored as open, by its key. */
  readonly storedMs: Map<string, number>;
  /** Keys that were durable when they were sent. */
  readonly kept: Set<string>;
  commandFailsUntilMs: number;
  /** A fault keeps this remote from answering now. */
  isCut: (hostname: string) => boolean;
}

export interface Judge {
  onStart?(run: HealthRun): void;
  onEnd?(run: HealthRun, exit: ExitCode, answer: Answer | null): void;
  onDeath?(run: HealthRun): void;
  onPowerLoss?(host: Host): void;
}

/** Data of a state document as it is on the disk now; null when there is none. */
export function readDocument(host: Host, path: string): Readonly<Record<string, unknown>> | null {
  if (!host.disk.has(path)) return null;
  try {
    const value = parseJson(host.disk.read(path).toString('utf8'));
    const data = isRecord(value) ? own(value, 'data') : null;
    return isRecord(data) ? data : null;
  } catch {
    return null;
  }
}

export function hostOf(scene: Scene, name: string): Host {
  return scene.world.hosts.get(name)!;
}
