// The configuration of the spool world: every sink there is, one component that is always there.

const YAML = `
log: { level: error }
components:
  always: { driver: command, start: [ready, up], stop: [ready, down], ready: { kind: command, command: [is-ready] } }
remotes:
  pushgateway: { url: "http://push.sim" }
  grafana: { url: "http://grafana.sim" }
`;

/** So few that an outage fills the spool. */
export const SMALL_SPOOL = 5;

export const WIDE_YAML = YAML;
export const NARROW_YAML = `${YAML}telemetry: { spool: { max_records: ${SMALL_SPOOL} } }\n`;

export const SECRETS = {
  SLACK_WEBHOOK_URL: 'http://slack.sim/services/T0/B0/simulated',
  GRAFANA_TOKEN: 'simulated-grafana-token',
} as const;

export const STATE = '/srv/.mdops';
