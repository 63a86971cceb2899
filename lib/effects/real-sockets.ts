// The machine's TCP sockets.

import type { Contact, ContactRequest, Sockets } from './sockets.ts';

const LONGEST_GREETING = 4_096;

export function createSockets(): Sockets {
  return { contact };
}

async function contact({ host, port, timeoutMs, wantsGreeting, signal }: ContactRequest): Promise<Contact> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve({ ok: false, reason: 'cancelled' });
      return;
    }
    let text = '';
    let isConnected = false;
    const socket = connect({ host, port });
    const finish = (result: Contact): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => finish({ ok: false, reason: 'cancelled' });
    const timer = setTimeout(() => {
      finish({ ok: false, reason: isConnected ? 'accepts and says nothing' : 'does not answer' });
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('connect', () => {
      isConnected = true;
      if (!wantsGreeting) finish({ ok: true, greeting: '' });
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\n');
      if (end >= 0 || text.length > LONGEST_GREETING)
        finish({ ok: true, greeting: text.slice(0, end < 0 ? LONGEST_GREETING : end).trim() });
    });
    socket.on('end', () => finish({ ok: false, reason: 'closes the connection' }));
    socket.on('error', (error: NodeJS.ErrnoException) => finish({ ok: false, reason: describe(error) }));
  });
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'refuses connections';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'has no such host';
  return `cannot be reached (${error.code ?? 'unknown error'})`;
}
