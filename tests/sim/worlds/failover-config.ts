// The configuration of the failover worlds: quick deadlines, so that a bad night fits into a minute.

export const FAILOVER_YAML = `
log: { level: error }
run: { skip_metrics: true }
remotes:
  control_plane: { url: "http://control.sim" }
feeds:
  primary: { control_plane: "http://primary.sim" }
  backup: { control_plane: "http://backup.sim" }
failover:
  parity_probes: 3
  probe_interval: 50ms
  probe_timeout: 500ms
  parity_timeout: 4s
  start_timeout: 4s
  stop_timeout: 1s
`;

export const STOP_FIRST_YAML = FAILOVER_YAML.replace('failover:', 'failover:\n  strategy: stop-first');

export const PROFILE = 'sim';
export const STATE = '/srv/.mdops';
export const INTENT = `${STATE}/state/failover/intent%20${PROFILE}.json`;
