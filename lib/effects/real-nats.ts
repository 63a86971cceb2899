// NATS through its own client library, loaded when the first connection is made.

import { isIP } from 'node:net';
import type { ConnectionOptions, NatsConnection as LibraryConnection, Msg } from '@nats-io/transport-node';
import { isFault } from '../base/fault.ts';
import { type Limit, startLimit } from './limit.ts';
import type { Nats, NatsConnection, NatsDetails, NatsMessage, NatsRequest } from './nats.ts';
import { type NatsAddress, readNatsAddress } from './nats-address.ts';
import { classifyNats, natsFault } from './nats-faults.ts';
import { findGreeting, type Greeting, type NatsServer } from './nats-greeting.ts';

type Library = typeof import('@nats-io/transport-node');

const CLOSE_MS = 500;
const FLUSH_MS = 5_000;

export function createNats(): Nats {
  return { connect };
}

async function connect(details: NatsDetails): Promise<NatsConnection> {
  const address = readNatsAddress(details.url);
  const library = await import('@nats-io/transport-node');
  const endsMs = performance.now() + details.timeoutMs;
  let failure: unknown;
  for (const [index, server] of address.servers.entries()) {
    // What is left is shared fairly, so that one dead server leaves time for the others.
    const timeoutMs = Math.max(0, (endsMs - performance.now()) / (address.servers.length - index));
    try {
      return await connectTo(library, server, address, details, timeoutMs);
    } catch (error) {
      if (details.signal?.aborted) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function connectTo(
  library: Library,
  server: NatsServer,
  address: NatsAddress,
  details: NatsDetails,
  timeoutMs: number,
): Promise<NatsConnection> {
  const what = `reach NATS at ${server.host}:${server.port}`;
  const endsMs = performance.now() + timeoutMs;
  const limit = limitNats(what, timeoutMs, details.signal);
  try {
    const greeting = await findGreeting(server, details.tls?.handshakeFirst === true, limit.signal);
    const options = toOptions(library, greeting, server, address, details);
    const timeout = Math.max(1, Math.ceil(endsMs - performance.now()));
    const connecting = library.connect({ ...options, timeout });
    // A connection that comes after its deadline is closed, not leaked.
    limit.signal.addEventListener('abort', () => void connecting.then((late) => late.close()).catch(() => {}));
    return wrap(library, await limit.race(connecting), what);
  } catch (error) {
    throw isFault(error) ? error : classifyNats(error, what);
  } finally {
    limit.end();
  }
}

function toOptions(
  library: Library,
  greeting: Greeting,
  server: NatsServer,
  address: NatsAddress,
  details: NatsDetails,
): ConnectionOptions {
  const user = details.user ?? address.user;
  const pass = details.password?.reveal() ?? address.password;
  return {
    servers: `${greeting.address.includes(':') ? `[${greeting.address}]` : greeting.address}:${server.port}`,
    reconnect: details.reconnect ?? false,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
    name: 'mdops',
    ...(user === null ? {} : { user }),
    ...(pass === null ? {} : { pass }),
    ...(details.token === undefined ? {} : { token: details.token.reveal() }),
    ...(details.credentials === undefined
      ? {}
      : { authenticator: library.credsAuthenticator(Buffer.from(details.credentials.reveal())) }),
    // Asked for, it is refused when the server has none; offered, it is taken.
    ...(details.tls !== undefined || address.requiresTls || greeting.offersTls ? { tls: toTls(server, details) } : {}),
  };
}

// The library hands these on to Node. It connects to an address, so the name to verify is said here.
function toTls({ host }: NatsServer, { tls = {} }: NatsDetails): NonNullable<ConnectionOptions['tls']> {
  const verified = { host, servername: isIP(host) === 0 ? host : '' };
  return {
    ...verified,
    ...(tls.trustedIssuers === undefined ? {} : { ca: tls.trustedIssuers }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
    ...(tls.handshakeFirst === undefined ? {} : { handshakeFirst: tls.handshakeFirst }),
  };
}

function wrap(library: Library, connection: LibraryConnection, what: string): NatsConnection {
  return {
    request: (request) => send(library, connection, request),
    publish: (subject, data) => {
      try {
        connection.publish(subject, data);
      } catch (error) {
        throw classifyNats(error, `publish on ${subject}`);
      }
    },
    respond: async (subject, handler, queue) => {
      const subscription = connection.subscribe(subject, {
        ...(queue === undefined ? {} : { queue }),
        callback: (error, message) => {
          if (error === null) void answer(message, handler);
        },
      });
      await within(`serve ${subject}`, FLUSH_MS, connection.flush());
      return { stop: () => subscription.unsubscribe() };
    },
    maxPayloadBytes: connection.info?.max_payload ?? 1_048_576,
    closed: connection.closed().then(() => {}),
    close: () => within(what, CLOSE_MS, connection.close()).catch(() => {}),
  };
}

async function send(library: Library, connection: LibraryConnection, request: NatsRequest): Promise<NatsMessage> {
  const what = `ask ${request.subject}`;
  const limit = limitNats(what, request.timeoutMs, request.signal);
  try {
    limit.signal.throwIfAborted();
    const headers = request.headers === undefined ? undefined : library.headers();
    for (const [name, value] of Object.entries(request.headers ?? {})) headers?.set(name, value);
    // The library's own timer comes second: ours is the one that counts.
    const timeout = Math.max(1, request.timeoutMs + 100);
    const options = headers === undefined ? { timeout } : { timeout, headers };
    return toMessage(await limit.race(connection.request(request.subject, request.data, options)));
  } catch (error) {
    throw isFault(error) ? error : classifyNats(error, what);
  } finally {
    limit.end();
  }
}

async function answer(
  message: Msg,
  handler: (message: NatsMessage) => Promise<string | Uint8Array | null>,
): Promise<void> {
  try {
    const reply = await handler(toMessage(message));
    if (reply !== null) message.respond(reply);
  } catch {
    // Nobody is told: the asker sees its own deadline, as with a service that died.
  }
}

function toMessage(message: Msg): NatsMessage {
  const headers: Record<string, string> = Object.create(null);
  for (const name of message.headers?.keys() ?? []) headers[name] = message.headers?.last(name) ?? '';
  return { subject: message.subject, data: message.data, headers };
}

async function within(what: string, timeoutMs: number, work: Promise<void>): Promise<void> {
  const limit = limitNats(what, timeoutMs);
  try {
    await limit.race(work);
  } catch (error) {
    throw isFault(error) ? error : classifyNats(error, what);
  } finally {
    limit.end();
  }
}

function limitNats(what: string, timeoutMs: number, signal?: AbortSignal): Limit {
  return startLimit({
    timeoutMs,
    signals: [signal],
    timedOut: () => natsFault('timedOut', what, `${Math.round(timeoutMs)} ms`),
    cancelled: () => natsFault('cancelled', what),
  });
}
