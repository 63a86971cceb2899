// NATS against a real server, and against addresses that only look like one.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../lib/base/fault.ts';
import { NATS_CODE } from '../../lib/base/nats-codes.ts';
import { Secret } from '../../lib/base/secret.ts';
import type { NatsConnection, NatsDetails } from '../../lib/effects/nats.ts';
import { createNats } from '../../lib/effects/real-nats.ts';
import { startFaultServer } from '../../lib/sim/fault-server.ts';
import { startNatsServer, type TestNatsServer } from '../support/nats-server.ts';

const nats = createNats();
const CANARY = 'c4nary-p4ssw0rd';
const SLACK_MS = 1_500;

describe('a server that asks for a password', () => {
  let server: TestNatsServer;
  beforeAll(async () => {
    server = await startNatsServer(
      `max_payload: 65536
       authorization { users: [
         { user: ops, password: "${CANARY}" }
         { user: guest, password: guest, permissions: { publish: "allowed.>", subscribe: "_INBOX.>" } }
       ] }`,
    );
  });
  afterAll(() => server.stop());

  const asOps = (): NatsDetails => ({
    url: server.url,
    user: 'ops',
    password: new Secret(CANARY, 'NATS_PASSWORD'),
    timeoutMs: 2_000,
  });

  test('asks and is answered, with headers', async () => {
    const [service, client] = [await nats.connect(asOps()), await nats.connect(asOps())];
    await service.respond('md.echo', async ({ data, headers }) => `${headers['traceparent']} ${Buffer.from(data)}`);
    const headers = { traceparent: '00-1-2-01' };
    const reply = await ask(client, { subject: 'md.echo', data: 'grüezi', headers });
    expect(Buffer.from(reply.data).toString()).toBe('00-1-2-01 grüezi');
    await Promise.all([service.close(), client.close()]);
  });

  test('credentials in the address work too', async () => {
    const url = server.url.replace('//', `//ops:${CANARY}@`);
    const connection = await nats.connect({ url: new Secret(url, 'NATS_URL'), timeoutMs: 2_000 });
    expect(connection.maxPayloadBytes).toBe(65_536);
    await connection.close();
  });

  test('a wrong password is refused without being shown', async () => {
    const fault = await failure(nats.connect({ ...asOps(), password: new Secret(`${CANARY}x`, 'NATS_PASSWORD') }));
    expect(fault.code).toBe(NATS_CODE.auth);
    expect(fault.message).toBe(`Cannot reach NATS at 127.0.0.1:${server.port}: it does not accept the credentials`);
    expect(JSON.stringify([fault.message, fault.hint, String(fault.cause)])).not.toContain(CANARY);
  });

  test('a subject nobody serves is recognised at once', async () => {
    const client = await nats.connect(asOps());
    const startedMs = performance.now();
    expect((await failure(ask(client, { subject: 'md.nobody', timeoutMs: 9_000 }))).code).toBe(NATS_CODE.noResponder);
    expect(performance.now() - startedMs).toBeLessThan(SLACK_MS);
    await client.close();
  });

  test('a service that never answers, or throws, ends at the deadline', async () => {
    const [service, client] = [await nats.connect(asOps()), await nats.connect(asOps())];
    await service.respond('md.silent', async () => null);
    await service.respond('md.throws', () => Promise.reject(new Error('bug')));
    for (const subject of ['md.silent', 'md.throws']) {
      const startedMs = performance.now();
      expect((await failure(ask(client, { subject, timeoutMs: 200 }))).code).toBe(NATS_CODE.timedOut);
      expect(performance.now() - startedMs).toBeLessThan(200 + SLACK_MS);
    }
    await Promise.all([service.close(), client.close()]);
  });

  test('a request ends at once when cancelled', async () => {
    const [service, client] = [await nats.connect(asOps()), await nats.connect(asOps())];
    const stop = new AbortController();
    await service.respond('md.cancel', async () => {
      stop.abort();
      return null;
    });
    const fault = await failure(ask(client, { subject: 'md.cancel', timeoutMs: 9_000, signal: stop.signal }));
    expect(fault.code).toBe(NATS_CODE.cancelled);
    await Promise.all([service.close(), client.close()]);
  });

  test('a message beyond the limit of the server is refused before it is sent', async () => {
    const client = await nats.connect(asOps());
    const fault = await failure(ask(client, { subject: 'md.big', data: 'x'.repeat(70_000) }));
    expect(fault.code).toBe(NATS_CODE.tooLarge);
    await client.close();
  });

  test('a subject the account may not use is told apart from silence', async () => {
    const guest = { ...asOps(), user: 'guest', password: new Secret('guest', 'NATS_PASSWORD') };
    const client = await nats.connect(guest);
    const fault = await failure(ask(client, { subject: 'forbidden', timeoutMs: 1_000 }));
    expect(fault.code).toBe(NATS_CODE.permission);
    await client.close();
  });
});

describe('a server that goes away', () => {
  test('a lost connection ends the request and the connection', async () => {
    const server = await startNatsServer();
    const [service, client] = [await connect(server), await connect(server)];
    let onAsked = (): void => {};
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    await service.respond('md.wait', async () => {
      onAsked();
      return null;
    });
    const pending = failure(ask(client, { subject: 'md.wait', timeoutMs: 9_000 }));
    await asked;
    await server.stop();
    expect((await pending).code).toBe(NATS_CODE.lost);
    await client.closed;
    expect((await failure(ask(client, { subject: 'md.wait' }))).code).toBe(NATS_CODE.lost);
    await Promise.all([service.close(), client.close()]);
  });

  test('closing does not wait for a server that is stuck', async () => {
    const server = await startNatsServer();
    const client = await connect(server);
    await server.freeze();
    const startedMs = performance.now();
    expect((await failure(ask(client, { subject: 'md.any', timeoutMs: 100 }))).code).toBe(NATS_CODE.timedOut);
    await client.close();
    expect(performance.now() - startedMs).toBeLessThan(100 + 500 + SLACK_MS);
    await server.stop();
  });

  test('a stuck server is found out at the deadline, and the next one is taken', async () => {
    const [stuck, good] = [await startNatsServer(), await startNatsServer()];
    await stuck.freeze();
    const alone = failure(nats.connect({ url: stuck.url, timeoutMs: 200 }));
    expect((await alone).code).toBe(NATS_CODE.timedOut);
    const connection = await nats.connect({ url: `${stuck.url}, ${good.url}`, timeoutMs: 2_000 });
    await connection.close();
    await Promise.all([stuck.stop(), good.stop()]);
  });
});

describe('what is no NATS server', () => {
  test.each([
    ['refused', 'refused', NATS_CODE.refused],
    ['a black hole', 'black hole', NATS_CODE.timedOut],
    ['one that resets', 'reset on connect', NATS_CODE.lost],
    ['a mail server', 'tls garbage', NATS_CODE.foreign],
    ['a web server', 'ok', NATS_CODE.timedOut],
  ] as const)('%s', async (_, kind, code) => {
    const server = await startFaultServer(kind);
    const startedMs = performance.now();
    const fault = await failure(nats.connect({ url: `nats://127.0.0.1:${server.port}`, timeoutMs: 200 }));
    expect(fault.code).toBe(code);
    expect(performance.now() - startedMs).toBeLessThan(200 + SLACK_MS);
    await server.close();
  });

  test('one that drips its greeting', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      socket.write('INFO {"server_id":"');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect((await failure(nats.connect({ url: `127.0.0.1:${port}`, timeoutMs: 200 }))).code).toBe(NATS_CODE.timedOut);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test.each(['http://127.0.0.1:1', `nats://ops:${CANARY}@ bad`, '', 'nats://'])('the address "%s"', async (url) => {
    const fault = await failure(nats.connect({ url, timeoutMs: 200 }));
    expect(fault.code).toBe(NATS_CODE.address);
    expect(fault.message).not.toContain(CANARY);
  });

  test('a process whose connection failed ends by itself', async () => {
    const hole = await startFaultServer('black hole');
    const before = countSockets();
    await failure(nats.connect({ url: `nats://127.0.0.1:${hole.port}`, timeoutMs: 100 }));
    const deadline = performance.now() + 2_000;
    while (countSockets() > before && performance.now() < deadline) await new Promise(setImmediate);
    expect(countSockets()).toBe(before);
    await hole.close();
  });
});

describe('TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mdops-nats-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  let server: TestNatsServer;
  beforeAll(async () => {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=nats', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    server = await startNatsServer(`tls { cert_file: "${cert}", key_file: "${key}" }`);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  test.each(['127.0.0.1', 'localhost'])('a vouched-for certificate is accepted for %s', async (host) => {
    const tls = { trustedIssuers: readFileSync(cert, 'utf8') };
    const connection = await nats.connect({ url: `tls://${host}:${server.port}`, tls, timeoutMs: 2_000 });
    await connection.close();
  });

  test('a certificate nobody vouches for is refused, also when TLS was not asked for', async () => {
    for (const scheme of ['tls', 'nats']) {
      const fault = await failure(nats.connect({ url: `${scheme}://127.0.0.1:${server.port}`, timeoutMs: 2_000 }));
      expect(fault.code).toBe(NATS_CODE.tls);
    }
  });

  test('a server without TLS is refused when TLS was asked for', async () => {
    const plain = await startNatsServer();
    const fault = await failure(nats.connect({ url: `tls://127.0.0.1:${plain.port}`, timeoutMs: 2_000 }));
    expect(fault.code).toBe(NATS_CODE.tls);
    await plain.stop();
  });
});

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

function connect(server: TestNatsServer): Promise<NatsConnection> {
  return nats.connect({ url: server.url, timeoutMs: 2_000 });
}

function ask(connection: NatsConnection, request: Partial<Parameters<NatsConnection['request']>[0]>) {
  return connection.request({ subject: 'md.any', data: '{}', timeoutMs: 2_000, ...request });
}

async function failure(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw error;
  return error;
}
