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

test('an IPv4 address is not kept waiting for an IPv6 answer that never comes', async () => {
  const server = createSocket('udp4');
  server.on('message', (query, { port }) => {
    const reply = answerFor(query);
    if (reply !== null) server.send(reply, port, '127.0.0.1');
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const startedMs = performance.now();
  const found = await resolveName('gateway.example', never, [`127.0.0.1:${server.address().port}`]);
  expect(found).toEqual([{ address: '192.0.2.7', family: 4 }]);
  expect(performance.now() - startedMs).toBeLessThan(1_500);
  server.close();
});

const TYPE_A = 1;

/** A reply with one address to a question for IPv4, nothing to any other. */
function answerFor(query: Buffer): Buffer | null {
  const questionEnd = query.indexOf(0, 12) + 5;
  if (query.readUInt16BE(questionEnd - 4) !== TYPE_A) return null;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt32BE(0, 8);
  const answer = Buffer.from([0xc0, 0x0c, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
  return Buffer.concat([header, query.subarray(12, questionEnd), answer]);
}
