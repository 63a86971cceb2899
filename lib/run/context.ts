// Everything a flow may use, built once from validated configuration. Flows name what they need: `Pick<Context, …>`.

import type { Paint } from '../base/paint.ts';
import type { Grafana } from '../clients/grafana/kind-client.ts';
import type { Routes } from '../clients/routes/routes.ts';
import type { Clock } from '../effects/clock.ts';
import type { Environment } from '../effects/environment.ts';
import type { Files } from '../effects/files.ts';
import type { Http } from '../effects/http.ts';
import type { Locks } from '../effects/locks.ts';
import type { Processes } from '../effects/processes.ts';
import type { Random } from '../effects/random.ts';
import type { Sockets } from '../effects/sockets.ts';
import type { Backups } from '../services/backup/backups.ts';
import type { Config } from '../services/config/config.ts';
import type { Diagnostic } from '../services/config/diagnostics.ts';
import type { ConfigReference } from '../services/config/reference.ts';
import type { Source } from '../services/config/sources.ts';
import type { Governor } from '../services/governor/governor.ts';
import type { Incidents } from '../services/incidents/incidents.ts';
import type { Log } from '../services/log/log.ts';
import type { Metrics } from '../services/metrics/metrics.ts';
import type { Notifier } from '../services/notify/notifier.ts';
import type { Retention } from '../services/retention/retention.ts';
import type { RunBrowser, RunWatch } from '../services/runs/browse.ts';
import type { RecoveredRun } from '../services/runs/runs.ts';
import type { Spool } from '../services/spool/spool.ts';
import type { Documents } from '../services/state/documents.ts';
import type { Steps } from '../services/steps/steps.ts';
import type { Tracer } from '../services/trace/tracer.ts';
import type { OpenControlPlane } from './control-plane.ts';
import type { OpenExporter } from './exporter.ts';
import type { Person } from './person.ts';
import type { Progress } from './progress.ts';
import type { Remotes } from './remotes.ts';
import type { TelemetryDesk } from './telemetry-desk.ts';

export interface RunFacts {
  readonly id: string;
  readonly command: string;
  readonly verb: string | null;
  readonly environment: string;
  readonly operator: string;
  readonly target: string | null;
  readonly isDryRun: boolean;
  /** Runs of the same stream that died and were closed at this start. */
  readonly recovered: readonly RecoveredRun[];
  /** The id of the run that this one resumes. */
  readonly resumes: string | null;
  readonly logFile: () => string | null;
}

export interface Context {
  readonly run: RunFacts;
  readonly config: Config;
  readonly configSources: ReadonlyMap<string, Source>;
  readonly configFiles: readonly string[];
  /** Warnings only: an error ends the run before it begins. */
  readonly configWarnings: readonly Diagnostic[];
  readonly configReference: () => Promise<ConfigReference>;
  /** Aborted by Ctrl-C, SIGTERM, SIGHUP and the deadline; its reason is the Fault to throw. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly http: Http;
  readonly processes: Processes;
  readonly sockets: Sockets;
  readonly locks: Locks;
  readonly environment: Environment;
  readonly documents: Documents;
  readonly steps: Steps;
  readonly runs: RunBrowser & RunWatch;
  /** Removes runs and logs whose time is over. */
  readonly retention: Retention;
  /** Requests with retries and a circuit breaker, by the remote's name. */
  readonly remotes: Remotes;
  /** The live environment's request/reply interface at the configured address, or at another one. */
  readonly openControlPlane: OpenControlPlane;
  /** The pair of feed routes and their switch. */
  readonly openRoutes: () => Promise<Routes>;
  /** The objects of the configured Grafana. */
  readonly openGrafana: () => Promise<Grafana>;
  /** HTTP on which Pushgateway, Prometheus and Alertmanager are asked with their configured logins. */
  readonly openSignedIn: () => Promise<Http>;
  /** Metrics for whoever scrapes them while the run lasts; they are not pushed. */
  readonly openExporter: OpenExporter;
  /** Archives of the state directory. */
  readonly openBackups: () => Promise<Backups>;
  readonly governor: Governor;
  readonly openNotifier: () => Promise<Notifier>;
  readonly incidents: Incidents;
  /** Masks every configured secret in whatever encoding: for artifacts that a flow writes itself. */
  readonly redact: (text: string) => string;
  /** `traceparent()` for what flows start by themselves; http and processes carry it already. */
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly spool: Spool;
  /** What waits for its remote. */
  readonly openTelemetryDesk: () => Promise<TelemetryDesk>;
  readonly log: Log;
  readonly person: Person;
  readonly progress: Progress;
  readonly paint: Paint;
  /** Directories of this installation: the built programs, and the repository's config, runbooks, systemd. */
  readonly programDirectory: string;
  readonly version: string;
}
