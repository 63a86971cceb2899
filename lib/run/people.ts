// How people are told: the configured senders, one notifier over them, and incidents. Loaded when first used.

import { DELIVERED } from '../base/delivery.ts';
import { EXIT } from '../base/exit-codes.ts';
import { isRecord } from '../base/json.ts';
import type { Clock } from '../effects/clock.ts';
import type { Holder, Locks } from '../effects/locks.ts';
import type { Processes } from '../effects/processes.ts';
import type { Random } from '../effects/random.ts';
import type { Config } from '../services/config/config.ts';
import type { Incidents } from '../services/incidents/incidents.ts';
import type { Log } from '../services/log/log.ts';
import type { Metrics } from '../services/metrics/metrics.ts';
import type { Sender } from '../services/notify/notification.ts';
import type { Notifier } from '../services/notify/notifier.ts';
import type { SlackPlaces } from '../services/notify/slack.ts';
import type { Spool } from '../services/spool/spool.ts';
import type { Documents } from '../services/state/documents.ts';
import type { Remotes } from './remotes.ts';

export interface PeopleParts {
  readonly config: Config;
  readonly environment: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly processes: Processes;
  readonly locks: Locks;
  readonly who: Omit<Holder, 'age_ms'>;
  readonly documents: Documents;
  readonly remotes: Remotes;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly spool: Spool;
  readonly redact: (text: string) => string;
  readonly isDryRun: boolean;
}

export interface People {
  readonly openNotifier: () => Promise<Notifier>;
  readonly incidents: Incidents;
}

// Between two tries of a page within one run.
const PAUSE_MS = 1_000;

export function createPeople(parts: PeopleParts): People {
  let notifier: Promise<Notifier> | undefined;
  let incidents: Promise<Incidents> | undefined;
  const openNotifier = (): Promise<Notifier> => {
    notifier ??= createConfiguredNotifier(parts);
    return notifier;
  };
  const open = (): Promise<Incidents> => {
    incidents ??= openNotifier().then((made) => createConfiguredIncidents(parts, made));
    return incidents;
  };
  return {
    openNotifier,
    incidents: {
      report: async (target, fact, details) => (await open()).report(target, fact, details),
      settle: async (signal) => (await open()).settle(signal),
      closedByHand: async (target) => (await open()).closedByHand(target),
      find: async (target) => (await open()).find(target),
      list: async () => (await open()).list(),
      listEverywhere: async () => (await open()).listEverywhere(),
    },
  };
}

async function createConfiguredIncidents(parts: PeopleParts, notifier: Notifier): Promise<Incidents> {
  const { createIncidents } = await import('../services/incidents/incidents.ts');
  const { createEscalator } = await import('../services/incidents/escalate.ts');
  const { createTurns } = await import('../services/incidents/turns.ts');
  const { config, clock } = parts;
  const { health, remotes, telemetry, alerting } = config;
  const escalator = createEscalator({
    notifier,
    clock,
    attemptMs: remotes.pagerduty.timeoutMs,
    commandMs: health.escalation.timeoutMs,
    patienceMs: telemetry.budgetMs,
    pauseMs: PAUSE_MS,
  });
  const policy = { pageAfter: health.remediation.maxAttempts, updateIntervalMs: alerting.updateIntervalMs };
  const turns = createTurns({ ...parts, scope: config.paths.stateDir });
  return createIncidents({ ...parts, escalator, turns, policy });
}

async function createConfiguredNotifier(parts: PeopleParts): Promise<Notifier> {
  const { createNotifier } = await import('../services/notify/notifier.ts');
  const senders = await createSenders(parts);
  return createNotifier({
    ...parts,
    senders: parts.isDryRun ? senders.map((sender) => plannedSender(sender, parts)) : senders,
  });
}

function plannedSender({ method, canEdit = false }: Sender, { log }: PeopleParts): Sender {
  return {
    method,
    canEdit,
    send: async ({ title, action }) => {
      log.event('message', `would tell ${method} (${action}): ${title}`);
      return DELIVERED;
    },
  };
}

/** Whether anybody could be told at all. */
export function hasReceivers({ remotes }: Config): boolean {
  const { slack, pagerduty, telegram, hook } = remotes;
  return [slack.webhookUrl, slack.botToken, pagerduty.routingKey, telegram.botToken, hook.command].some(
    (setting) => setting !== undefined,
  );
}

async function createSenders(parts: PeopleParts): Promise<Sender[]> {
  const { config, remotes, clock, documents, processes } = parts;
  const { pagerduty, slack, telegram, hook } = config.remotes;
  const senders: Sender[] = [];
  if (pagerduty.routingKey !== undefined) {
    const { createPagerDutySender } = await import('../services/notify/pagerduty.ts');
    const { apiUrl, routingKey } = pagerduty;
    senders.push(createPagerDutySender({ remote: remotes.of('pagerduty'), apiUrl, routingKey }));
  }
  if (slack.webhookUrl !== undefined || slack.botToken !== undefined) {
    const { createSlackSender } = await import('../services/notify/slack.ts');
    senders.push(createSlackSender({ ...slack, remote: remotes.of('slack'), clock, places: placesIn(documents) }));
  }
  if (telegram.botToken !== undefined && telegram.chatId !== undefined) {
    const { createTelegramSender } = await import('../services/notify/telegram.ts');
    const { apiUrl, botToken, chatId } = telegram;
    senders.push(createTelegramSender({ remote: remotes.of('telegram'), apiUrl, botToken, chatId }));
  }
  if (hook.command !== undefined) {
    const { createCommandSender } = await import('../services/notify/command.ts');
    senders.push(createCommandSender({ processes, method: 'command', line: hook.command }));
  }
  if (config.health.escalation.command !== undefined) {
    senders.push(await createEscalationSender(parts, config.health.escalation.command));
  }
  return senders;
}

/** The operator's command at the end of the ladder, told apart in the log from every other notification. */
async function createEscalationSender({ config, processes, log }: PeopleParts, line: string): Promise<Sender> {
  const { createCommandSender } = await import('../services/notify/command.ts');
  const { marker } = config.health.escalation;
  return {
    method: 'escalation',
    send: async (notification, options) => {
      const placeholders = { marker, exit_code: notification.facts['exit code'] ?? String(EXIT.critical) };
      const sender = createCommandSender({ processes, method: 'escalation', line, placeholders });
      const delivery = await sender.send(notification, options);
      if (delivery.ok) {
        log.event('escalation_command_executed', `escalation command ran for ${marker}`, {
          extra: { ...placeholders },
        });
      } else {
        log.event('escalation_command_error', delivery.reason, { level: 'error', extra: { ...placeholders } });
      }
      return delivery;
    },
  };
}

function placesIn(documents: Documents): SlackPlaces {
  const nameOf = (key: string): string => `slack/${encodeURIComponent(key)}`;
  return {
    get: async (key) => {
      const place = await documents.read(nameOf(key)).catch(() => null);
      if (!isRecord(place) || typeof place['channel'] !== 'string' || typeof place['ts'] !== 'string') return null;
      return { channel: place['channel'], ts: place['ts'] };
    },
    set: (key, place) => documents.write(nameOf(key), { ...place }),
  };
}
