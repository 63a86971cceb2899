// Credentials go to the addresses they are for, whoever asks there, and nowhere else.

import { expect, test } from 'vitest';
import { Secret } from '../../../lib/base/secret.ts';
import type { Http, HttpRequest, HttpResponse } from '../../../lib/effects/http.ts';
import { withLogins } from '../../../lib/services/remote/login.ts';

const PROMETHEUS = { urls: ['http://prometheus:9090/prod'], token: new Secret('t0ken', 'PROMETHEUS_TOKEN') };
const ALERTMANAGER = {
  urls: ['http://a:9093', 'http://b:9093'],
  username: 'ops',
  password: new Secret('pw', 'ALERTMANAGER_PASSWORD'),
};
const BASIC = `Basic ${btoa('ops:pw')}`;

async function authorizationOf(url: HttpRequest['url'], headers?: HttpRequest['headers']): Promise<unknown> {
  const seen: HttpRequest[] = [];
  const http: Http = {
    request: async (request) => {
      seen.push(request);
      return {} as HttpResponse;
    },
    close: async () => {},
  };
  const request = { method: 'GET', url, timeoutMs: 1, ...(headers === undefined ? {} : { headers }) } as const;
  await withLogins(http, [PROMETHEUS, ALERTMANAGER, { urls: ['http://open:1'] }]).request(request);
  const given = seen[0]?.headers?.['authorization'];
  return given instanceof Secret ? given.reveal() : given;
}

test.each([
  ['http://prometheus:9090/prod/api/v1/query?query=up', 'Bearer t0ken'],
  ['http://prometheus:9090/prod', 'Bearer t0ken'],
  ['http://prometheus:9090/prod?x', 'Bearer t0ken'],
  ['http://b:9093/api/v2/alerts', BASIC],
  ['http://prometheus:9090/production/api', undefined],
  ['http://prometheus:9090/', undefined],
  ['http://prometheus:90900/prod/', undefined],
  ['http://a:9093.example/api', undefined],
  ['http://open:1/x', undefined],
])('a request to %s carries %s', async (url, authorization) => {
  expect(await authorizationOf(url)).toBe(authorization);
});

test('what a caller says itself stands', async () => {
  expect(await authorizationOf('http://a:9093/', { authorization: 'mine' })).toBe('mine');
  expect(await authorizationOf(new Secret('http://a:9093/', 'X'))).toBeUndefined();
});
