// Asks an address who it is before the NATS library does: the library leaves its socket behind, keeping the process
// alive, when an address takes the connection and never speaks, and it resolves names in a way nobody can cancel.

import { connect } from 'node:net';
import { classifyNats, natsFault } from './nats-faults.ts';
import { resolveName } from './real-names.ts';

export interface NatsServer {
  readonly host: string;
  readonly port: number;
}

export interface Greeting {
  /** The address that answered. */
  readonly address: string;
  readonly offersTls: boolean;
}

const LONGEST_GREETING = 65_536;
const OFFERS_TLS = /"tls_(?:required|available)":\s*true/;

/** The first address of the server that greets as NATS does; throws a Fault. The signal carries deadline and reason. */
export async function findGreeting(server: NatsServer, isSilent: boolean, signal: AbortSignal): Promise<Greeting> {
  const what = `reach NATS at ${server.host}:${server.port}`;
  const addresses = await resolveName(server.host, signal);
  signal.throwIfAborted();
  let failure: unknown = natsFault('unresolved', what);
  for (const { address } of addresses) {
    try {
      const text = await readGreeting(address, server.port, isSilent, what, signal);
      return { address, offersTls: OFFERS_TLS.test(text) };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

function readGreeting(
  address: string,
  port: number,
  isSilent: boolean,
  what: string,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    let text = '';
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abandon);
      socket.destroy();
      act();
    };
    const abandon = (): void => settle(() => reject(signal.reason));
    signal.addEventListener('abort', abandon, { once: true });
    socket.on('connect', () => {
      // With TLS from the first byte the server waits for us.
      if (isSilent) settle(() => resolve(''));
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.startsWith('INFO {') && text.includes('\r\n')) settle(() => resolve(text));
      else if (!'INFO {'.startsWith(text.slice(0, 6)) || text.length > LONGEST_GREETING) {
        settle(() => reject(natsFault('foreign', what)));
      }
    });
    socket.on('error', (error) => settle(() => reject(classifyNats(error, what))));
    socket.on('close', () => settle(() => reject(natsFault('lost', what))));
  });
}
