// Credentials as the header that carries them: a bearer token, or basic auth.

import { Secret } from '../../base/secret.ts';
import type { Http } from '../../effects/http.ts';
import type { Config } from '../config/config.ts';

export interface Login {
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  readonly token?: Secret | undefined;
}

export function loginHeaders({ username, password, token }: Login): Readonly<Record<string, Secret>> {
  if (token !== undefined) return { authorization: new Secret(`Bearer ${token.reveal()}`, token.source) };
  if (username === undefined || password === undefined) return {};
  const pair = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  return { authorization: new Secret(`Basic ${pair}`, password.source) };
}

type Watched = Pick<Config['remotes'], 'pushgateway' | 'prometheus' | 'alertmanager'>;

/** Requests to a watched remote carry its configured login; requests to anywhere else carry none. */
export function signedIn(http: Http, { pushgateway, prometheus, alertmanager }: Watched): Http {
  const doors = [pushgateway, prometheus, ...alertmanager.urls.map((url) => ({ ...alertmanager, url }))]
    .flatMap(({ url, ...login }) => (url === undefined ? [] : [{ url, headers: loginHeaders(login) }]))
    // Behind one proxy they differ in their paths only.
    .toSorted((left, right) => right.url.length - left.url.length);
  return {
    request: (request) => {
      const { url, headers } = request;
      const door = typeof url === 'string' ? doors.find((one) => `${url}/`.startsWith(`${one.url}/`)) : undefined;
      return http.request(door === undefined ? request : { ...request, headers: { ...door.headers, ...headers } });
    },
    close: () => http.close(),
  };
}
