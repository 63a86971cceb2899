// The telemetry desk is loaded when somebody asks it something.

import type { Deliveries } from './deliver-telemetry.ts';
import type { TelemetryDesk } from './telemetry-desk.ts';

export function createTelemetryDesk(parts: Deliveries): TelemetryDesk {
  const open = async () => (await import('./open-telemetry-desk.ts')).openTelemetryDesk(parts);
  return {
    pages: async () => (await open()).pages(),
    trouble: async (remote) => (await open()).trouble(remote),
    records: async () => (await open()).records(),
    groups: async () => (await open()).groups(),
    flush: async (everything, signal) => (await open()).flush(everything, signal),
  };
}
