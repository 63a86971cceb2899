// What automation may do by itself, and how failover proves itself.

import { boolean, choice, duration, group, integer, number } from '../schema.ts';

export const governor = group('Budgets of automatic actions; a spent one latches until `automation ack`', {
  remediationsPerHour: integer('Per target', { default: 3, min: 0, max: 1_000 }),
  remediationsPerDay: integer('Per target', { default: 7, min: 0, max: 10_000 }),
  failoversPerHour: integer('Automatic failovers per pair', { default: 1, min: 0, max: 100 }),
  majorityRatio: number('When more of the targets than this look dead at once, the observer is doubted', {
    default: 0.5,
    min: 0,
    max: 1,
  }),
});

export const failover = group('failover', {
  strategy: choice('stop-first where two sessions on one account are impossible', ['promote-first', 'stop-first'], {
    default: 'promote-first',
    flag: 'strategy',
  }),
  parityProbes: integer('Probes in a row with fresh ticks that prove parity', { default: 3, min: 1, max: 1_000 }),
  coverageProbes: integer('How many of these, at the end, with whole coverage; the switch looks once more', {
    default: 1,
    min: 1,
    max: 1_000,
  }),
  probeIntervalMs: duration('Pause between probes', { default: '50ms', min: 50, max: 60_000 }),
  probeTimeoutMs: duration('Deadline of one probe', { default: '2s', min: 10 }),
  parityTimeoutMs: duration('Parity not proven by then: refused, old route untouched', {
    default: '60s',
    min: 100,
    flag: 'parity-timeout',
    bareUnit: 's',
  }),
  coverageThreshold: number('Coverage the target route must reach', { default: 0.995, min: 0, max: 1 }),
  maxTickAgeMs: duration('Older ticks are not fresh', { default: '5s', min: 1 }),
  maxBacklogGrowth: integer('Messages a consumer may fall behind between probes', { default: 0, min: 0 }),
  earnedProbes: integer('Probes with fresh ticks a route must have earned before promotion', {
    default: 3,
    min: 0,
    max: 1_000,
  }),
  startTimeoutMs: duration('Bringing up the target route', { default: '60s', min: 100 }),
  stopTimeoutMs: duration('Demoting the old route', { default: '15s', min: 100 }),
  planExpiryMs: duration('A plan older than this is stale', { default: '10m', min: 1_000, max: 86_400_000 }),
  twoPersons: boolean('--force wants the approval of another operator', { default: false }),
});

export const alerting = group('Notifications', {
  updateIntervalMs: duration('Between updates of one incident', { default: '15m', min: 1_000 }),
});
