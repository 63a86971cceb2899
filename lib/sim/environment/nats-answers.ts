// The control subjects over NATS: connected again and again, as the services it stands for do.

import { CONTROL } from '../../base/control-subjects.ts';
import { Secret } from '../../base/secret.ts';
import type { NatsDetails } from '../../effects/nats.ts';
import { createNats } from '../../effects/real-nats.ts';
import type { Role } from './role.ts';
import type { SimClock } from './sim-clock.ts';

const CONNECT_MS = 2_000;
const AGAIN_MS = 100;

export async function answerOverNats(
  role: Role,
  url: string,
  clock: SimClock,
  signal: AbortSignal,
  onChange: (isConnected: boolean) => void,
): Promise<void> {
  const details = { ...withCredentials({ url, timeoutMs: CONNECT_MS }), signal };
  while (!signal.aborted) {
    try {
      const connection = await createNats().connect(details);
      const stop = (): void => void connection.close();
      signal.addEventListener('abort', stop, { once: true });
      for (const subject of Object.values(CONTROL)) {
        await connection.respond(subject, ({ data }) => role.control(subject, Buffer.from(data).toString('utf8')));
      }
      onChange(true);
      await connection.closed;
      signal.removeEventListener('abort', stop);
    } catch {
      // The server is not there (yet): its readiness is what the control plane's own waits for.
    }
    onChange(false);
    await clock.sleep(AGAIN_MS, signal).catch(() => {});
  }
}

function withCredentials(details: NatsDetails): NatsDetails {
  const { NATS_USER: user, NATS_PASSWORD: password } = process.env;
  return {
    ...details,
    ...(user ? { user } : {}),
    ...(password ? { password: new Secret(password, 'NATS_PASSWORD') } : {}),
  };
}
