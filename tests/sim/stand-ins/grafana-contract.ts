// The documented contract of Grafana as tables: requests in order, and what each is answered.

import { afterEach, expect } from 'vitest';
import { type GrafanaOptions, type GrafanaStandIn, startGrafana } from '../../../lib/sim/stand-ins/grafana.ts';

export interface Said {
  readonly status: number;
  readonly body: unknown;
}

export interface Asked extends GrafanaStandIn {
  send(request: string, body?: unknown, headers?: Record<string, string>): Promise<Said>;
}

export type Step = readonly [
  request: string,
  body: unknown,
  status: number,
  said?: unknown,
  headers?: Record<string, string>,
];
export type Contract = Readonly<Record<string, readonly [options: GrafanaOptions, ...steps: Step[]]>>;

const open: GrafanaStandIn[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

export async function askGrafana(options: GrafanaOptions = {}): Promise<Asked> {
  const server = await startGrafana(options);
  open.push(server);
  return {
    ...server,
    send: async (request, body, headers = {}) => {
      const [method = '', path = ''] = request.split(' ');
      const answer = await fetch(server.url + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}

export async function holds(contract: Contract, name: string): Promise<void> {
  const [options, ...steps] = contract[name]!;
  const { send } = await askGrafana(options);
  for (const [request, body, status, said, headers] of steps) {
    const answer = await send(request, body, headers);
    expect(answer, request).toMatchObject(said === undefined ? { status } : { status, body: said });
    // What went in as a secret.
    expect(JSON.stringify(answer.body)).not.toContain('hooks.example');
  }
}
