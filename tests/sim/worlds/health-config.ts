// The configuration of the health and escalation worlds: the promised budgets, quick deadlines, secrets that are canaries.

import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import { configOf } from './run-command.ts';

export const TARGETS = ['primary', 'backup'] as const;
export type Target = (typeof TARGETS)[number];

/** Where each secret may be seen; anywhere else it has leaked. */
export const CANARIES = {
  'pagerduty.sim': 'canary-pd+4f/9c1',
  'slack.sim': 'canary-slack-7b2d',
  'gateway.sim': 'canary-gw-51ee=',
  'grafana.sim': 'canary-grafana-0d',
} as const;

export const SINKS = ['pagerduty.sim', 'slack.sim', 'gateway.sim'] as const;

const SECRETS = {
  PAGERDUTY_ROUTING_KEY: CANARIES['pagerduty.sim'],
  SLACK_WEBHOOK_URL: `http://slack.sim/services/${CANARIES['slack.sim']}`,
  PUSHGATEWAY_TOKEN: CANARIES['gateway.sim'],
  GRAFANA_TOKEN: CANARIES['grafana.sim'],
};

export const BUDGET = { perHour: 3, perDay: 7 } as const;
export const CRITICAL_MS = 300_000;
export const ATTEMPTS = 3;

const yamlOf = (target: Target, level: string): string => `
log: { level: ${level} }
remotes:
  control_plane: { url: "http://${target}.sim", timeout: 2s }
  pagerduty: { api_url: "http://pagerduty.sim" }
  pushgateway: { url: "http://gateway.sim" }
  grafana: { url: "http://grafana.sim" }
health:
  mode: enforce
  feed_label: ${target}
  remediation: { max_attempts: ${ATTEMPTS}, batch_size: 5, settle: 2s, rate_limit_max: 50 }
  escalation: { command: "call-desk {marker} {exit_code}", timeout: 10s }
governor: { remediations_per_hour: ${BUDGET.perHour}, remediations_per_day: ${BUDGET.perDay} }
`;

/** By target, quiet or talkative. */
export interface HealthConfigs {
  readonly quiet: Readonly<Record<Target, LoadedConfig>>;
  readonly talkative: Readonly<Record<Target, LoadedConfig>>;
}

export async function loadHealthConfigs(): Promise<HealthConfigs> {
  const load = async (level: string): Promise<Record<Target, LoadedConfig>> => ({
    primary: await configOf(yamlOf('primary', level), SECRETS),
    backup: await configOf(yamlOf('backup', level), SECRETS),
  });
  return { quiet: await load('error'), talkative: await load('debug') };
}

export const PROFILE = 'sim';
export const STATE = '/srv/.mdops';
export const LOGS = '/srv/logs/runbooks';
export const incidentFile = (target: Target): string => `${STATE}/state/incidents/${PROFILE}/${target}.json`;
export const governorFile = (kind: 'state' | 'ack' | 'pause', target: Target): string =>
  `${STATE}/state/governor/${kind}/${target}.json`;
export const SWITCH_FILE = `${STATE}/state/governor/global.json`;
