// What `probe` asks from outside, as a user would.

import { attributes, choice, duration, integer, number, secret, table, text, url, variants } from '../schema.ts';

export const probes = table(
  'Targets of probe',
  variants(
    'What is asked',
    'kind',
    {
      timeoutMs: duration('Answered by then, or failed', { default: '5s', min: 10, max: 300_000 }),
      rate: number('Arrivals a second', { default: 5, min: 0.01, max: 10_000 }),
      durationMs: duration('How long', { default: '10s', min: 100, max: 3_600_000 }),
      slo: text('Objectives', { default: 'errors<1%' }),
    },
    {
      http: {
        url: url('Address', { required: true, schemes: ['http', 'https'] }),
        method: choice('Method', ['GET', 'POST'], { default: 'GET' }),
        headers: attributes('Headers', { default: {} }),
        token: secret('Bearer token', { needed: true }),
        send: text('Body sent'),
        status: integer('Wanted status', { default: 200, min: 100, max: 599 }),
        bodyMatches: text('Pattern the answer must match'),
      },
      'control-plane': {
        url: url('Address; unset: the configured one', { schemes: ['nats', 'tls', 'ws', 'wss', 'http', 'https'] }),
        ask: choice('Question', ['contracts', 'active'], { default: 'active' }),
      },
    },
  ),
);
