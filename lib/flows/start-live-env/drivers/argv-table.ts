// What is run for each kind of component that another program manages. Arguments only, never a command line.

import type { Component } from '../component.ts';
import type { Presence } from './driver.ts';

type Argv = readonly [string, ...string[]];
type OfDriver<K extends Component['driver']> = Extract<Component, { readonly driver: K }>;
type Managed = 'systemd' | 'compose' | 'kubernetes';

export interface ArgvOf<C> {
  readonly start: (component: C) => Argv;
  readonly stop: (component: C) => Argv;
  readonly look: (component: C) => Argv;
  readonly output: (component: C) => Argv;
  /** What the look means; `unknown` when it could not be asked. */
  readonly presence: (exitCode: number | null, stdout: string, component: C) => Presence;
}

const LAST_LINES = '20';

export const ARGV = {
  systemd: {
    start: (component) => [...systemctl(component), 'start', '--', component.unit],
    stop: (component) => [...systemctl(component), 'stop', '--', component.unit],
    look: (component) => [...systemctl(component), 'is-active', '--', component.unit],
    output: ({ scope, unit }) => [
      'journalctl',
      ...(scope === 'user' ? ['--user'] : []),
      ...['--no-pager', '--output=cat', `--lines=${LAST_LINES}`, `--unit=${unit}`],
    ],
    presence: (_exitCode, stdout) => UNIT_STATES.get(stdout.trim()) ?? 'unknown',
  },
  compose: {
    start: (component) => [...compose(component), 'up', '--detach', '--no-deps', '--', component.service],
    stop: (component) => [
      ...compose(component),
      ...['stop', '--timeout', String(Math.max(1, Math.ceil(component.stopTimeoutMs / 1_000) - 1)), '--'],
      component.service,
    ],
    look: (component) => [...compose(component), 'ps', '--services', '--status', 'running'],
    output: (component) => [
      ...compose(component),
      'logs',
      '--no-color',
      '--no-log-prefix',
      '--tail',
      LAST_LINES,
      '--',
      component.service,
    ],
    presence: (exitCode, stdout, { service }) =>
      exitCode !== 0 ? 'unknown' : stdout.split(/\s+/).includes(service) ? 'running' : 'stopped',
  },
  kubernetes: {
    start: (component) => [...kubectl(component), 'scale', component.workload, `--replicas=${component.replicas}`],
    stop: (component) => [...kubectl(component), 'scale', component.workload, '--replicas=0'],
    look: (component) => [...kubectl(component), 'get', component.workload, '--output=jsonpath={.status.replicas}'],
    output: (component) => [...kubectl(component), 'logs', component.workload, `--tail=${LAST_LINES}`],
    presence: (exitCode, stdout) => (exitCode !== 0 ? 'unknown' : Number(stdout.trim()) > 0 ? 'running' : 'stopped'),
  },
} satisfies { readonly [K in Managed]: ArgvOf<OfDriver<K>> };

/** The words of `systemctl is-active`. */
const UNIT_STATES: ReadonlyMap<string, Presence> = new Map([
  ['active', 'running'],
  ['reloading', 'running'],
  ['activating', 'running'],
  ['refreshing', 'running'],
  ['deactivating', 'running'],
  ['inactive', 'stopped'],
  ['failed', 'stopped'],
]);

function systemctl({ scope }: OfDriver<'systemd'>): Argv {
  return scope === 'user' ? ['systemctl', '--user', '--no-ask-password'] : ['systemctl', '--no-ask-password'];
}

function compose({ file, project }: OfDriver<'compose'>): Argv {
  return ['docker', 'compose', '--file', file, ...(project === undefined ? [] : ['--project-name', project])];
}

function kubectl({ context, namespace }: OfDriver<'kubernetes'>): Argv {
  return ['kubectl', ...(context === undefined ? [] : ['--context', context]), '--namespace', namespace];
}
