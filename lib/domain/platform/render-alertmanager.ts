// A platform's alertmanager.yml: the routes as they are written, the receivers from one line each.

import { isRecord, own } from '../../base/json.ts';
import { renderYaml } from '../../base/yaml.ts';
import { type GeneratedFile, headLine } from './generated-file.ts';
import type { Alertmanager } from './platform.ts';

type Mapping = Readonly<Record<string, unknown>>;

// The texts are those of config/alertmanager/templates.
const TITLE = '{{ template "mdops.title" . }}';
const TEXT = '{{ template "mdops.text" . }}';
const LINK = '{{ template "mdops.link" . }}';
const SECRETS = '/etc/mdops/secrets';

/** The short form of an integration → Alertmanager's. A mapping is taken as it is, over the usual settings. */
const INTEGRATIONS: Readonly<Record<string, (given: unknown) => Mapping>> = {
  slack: (channel) => ({
    ...(typeof channel === 'string' ? { channel } : {}),
    send_resolved: true,
    color: '{{ template "mdops.color" . }}',
    title: TITLE,
    title_link: LINK,
    text: TEXT,
    fallback: TITLE,
    ...mapping(channel),
  }),
  pagerduty: (secret) => ({
    routing_key_file: typeof secret === 'string' ? secret : `${SECRETS}/pagerduty-routing-key`,
    send_resolved: true,
    severity: '{{ template "mdops.severity" . }}',
    description: TITLE,
    client: 'mdops',
    client_url: LINK,
    details: { text: TEXT, runbook: LINK },
    ...mapping(secret),
  }),
  telegram: (chat) => ({
    // Alertmanager 0.25 reads no token from a file: the stack fills it in.
    bot_token: 'rendered-from-file',
    chat_id: typeof chat === 'number' ? chat : -1,
    api_url: 'https://api.telegram.org',
    parse_mode: '',
    send_resolved: true,
    message: `${TITLE}{{ "\\n" }}${TEXT}`,
    ...mapping(chat),
  }),
  webhook: (url) => ({ ...(typeof url === 'string' ? { url } : {}), send_resolved: true, ...mapping(url) }),
  email: (to) => ({
    ...(typeof to === 'string' ? { to } : {}),
    send_resolved: true,
    headers: { Subject: TITLE },
    html: '',
    text: TEXT,
    ...mapping(to),
  }),
};

export async function renderAlertmanager({ config }: Alertmanager, folder: string): Promise<GeneratedFile> {
  const { global, templates, route, inhibit_rules: inhibitions, receivers, ...rest } = config;
  const value = {
    ...(global === undefined ? {} : { global }),
    templates: templates ?? ['../../alertmanager/templates/*.tmpl'],
    route,
    ...(inhibitions === undefined ? {} : { inhibit_rules: inhibitions }),
    ...rest,
    receivers: renderReceivers(receivers),
  };
  return {
    path: `${folder}/alertmanager.yml`,
    text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml(value)}`,
  };
}

function renderReceivers(receivers: unknown): Mapping[] {
  return Object.entries(mapping(receivers)).map(([name, integrations]) => ({
    name,
    ...Object.fromEntries(
      Object.entries(mapping(integrations)).map(([kind, given]) => [
        `${kind}_configs`,
        (Array.isArray(given) ? given : [given]).map((one) => INTEGRATIONS[kind]?.(one) ?? one),
      ]),
    ),
  }));
}

export async function renderRouteTests(alertmanager: Alertmanager, folder: string): Promise<GeneratedFile> {
  const value = { routes: alertmanager.routeTests, inhibitions: alertmanager.inhibitionTests };
  return {
    path: `${folder}/routes.tests.yml`,
    text: `${headLine(`${folder}/catalogue.yml`)}${await renderYaml(value)}`,
  };
}

/** The names of all receivers, in the short form. */
export function receiverNames({ config }: Alertmanager): string[] {
  return Object.keys(mapping(own(config, 'receivers')));
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}
