// TCP contact: every way in which the other side can behave ends in time, with words for it.

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSockets } from '../../lib/effects/real-sockets.ts';

describe('contact over TCP', () => {
  const open: Server[] = [];
  const clients: Socket[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    for (const server of open.splice(0)) server.close();
  });

  async function serve(behave: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      clients.push(socket);
      socket.on('error', () => socket.destroy());
      behave(socket);
    });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  const contact = (port: number, wantsGreeting: boolean, signal?: AbortSignal) =>
    createSockets().contact({ host: '127.0.0.1', port, timeoutMs: 150, wantsGreeting, ...(signal ? { signal } : {}) });

  it.each([
    ['accepts', (socket: Socket) => void socket, false, { ok: true, greeting: '' }],
    [
      'greets in pieces',
      (socket: Socket) => {
        socket.write('INFO {');
        socket.write('}\r\nPING\r\n');
      },
      true,
      { ok: true, greeting: 'INFO {}' },
    ],
    ['says nothing', (socket: Socket) => void socket, true, { ok: false, reason: 'accepts and says nothing' }],
    ['closes at once', (socket: Socket) => void socket.end(), true, { ok: false, reason: 'closes the connection' }],
  ])('an address that %s', async (_name, behave, wantsGreeting, answer) => {
    expect(await contact(await serve(behave), wantsGreeting)).toEqual(answer);
  });

  it('an address where nothing listens', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => open.pop()?.close(resolve));
    expect(await contact(port, false)).toEqual({ ok: false, reason: 'refuses connections' });
  });

  it('is given up when cancelled', async () => {
    const port = await serve(() => undefined);
    const controller = new AbortController();
    const answer = contact(port, true, controller.signal);
    controller.abort();
    expect(await answer).toEqual({ ok: false, reason: 'cancelled' });
    expect(await contact(port, true, controller.signal)).toEqual({ ok: false, reason: 'cancelled' });
  });
});
