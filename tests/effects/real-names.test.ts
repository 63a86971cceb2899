// Names: hosts file, literals and search list as resolv.conf(5) says, and a silent resolver that holds nobody.

import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { candidates, resolveName } from '../../lib/effects/real-names.ts';

const never = new AbortController().signal;

test.each<[string, string, string, string[]]>([
  ['no search list', 'gateway', 'nameserver 192.0.2.1', ['gateway']],
  ['a short name', 'gateway', 'search a.example b.example', ['gateway.a.example', 'gateway.b.example', 'gateway']],
  ['a dotted name', 'gateway.ops', 'search a.example', ['gateway.ops', 'gateway.ops.a.example']],
  ['more dots asked for', 'gateway.ops', 'search a.example\noptions ndots:5', ['gateway.ops.a.example', 'gateway.ops']],
  ['a full name', 'gateway.', 'search a.example', ['gateway']],
  ['the last search line counts', 'x', 'search a\nsearch b', ['x.b', 'x']],
])('candidates: %s', (_, host, conf, names) => {
  expect(candidates(host, conf)).toEqual(names);
});

test.each([
  ['an IPv4 address', '127.0.0.9', '127.0.0.9'],
  ['an IPv6 address', '::1', '::1'],
  ['localhost', 'localhost', '127.0.0.1'],
  ['LOCALHOST with its dot', 'LOCALHOST.', '127.0.0.1'],
  ['a name below localhost', 'feed.localhost', '127.0.0.1'],
])('%s needs no resolver', async (_, host, address) => {
  const found = await resolveName(host, never, ['127.0.0.1:1']);
  expect(found.map((entry) => entry.address)).toContain(address);
});

test('a resolver that never answers ends with the signal', async () => {
  const silent = createSocket('udp4');
  const asked = new Promise<void>((resolve) => silent.once('message', () => resolve()));
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const stop = new AbortController();
  const found = resolveName('gateway.example', stop.signal, [`127.0.0.1:${silent.address().port}`]);
  await asked;
  const startedMs = performance.now();
  stop.abort();
  expect(await found).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(500);
  silent.close();
});
