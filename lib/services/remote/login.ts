// Credentials as the header that carries them: a bearer token, or basic auth.

import { Secret } from '../../base/secret.ts';
import type { Http } from '../../effects/http.ts';

export interface Login {
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  readonly token?: Secret | undefined;
}

export interface Account extends Login {
  /** Base addresses that these credentials are for. */
  readonly urls: readonly string[];
}

export function loginHeaders({ username, password, token }: Login): Readonly<Record<string, Secret>> {
  if (token !== undefined) return { authorization: new Secret(`Bearer ${token.reveal()}`, token.source) };
  if (username === undefined || password === undefined) return {};
  const pair = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  return { authorization: new Secret(`Basic ${pair}`, password.source) };
}

/** Every request to one of these addresses carries its credentials, whoever makes it; no other request does. */
export function withLogins(http: Http, accounts: readonly Account[]): Http {
  const doors = accounts
    .flatMap((account) => {
      const headers = loginHeaders(account);
      return Object.keys(headers).length === 0 ? [] : account.urls.map((base) => ({ base, headers }));
    })
    // Behind one proxy they differ in their paths only.
    .sort((left, right) => right.base.length - left.base.length);
  if (doors.length === 0) return http;
  return {
    ...http,
    request: (request) => {
      const { url } = request;
      const door = typeof url === 'string' ? doors.find(({ base }) => isBelow(url, base)) : undefined;
      return http.request(
        door === undefined ? request : { ...request, headers: { ...door.headers, ...request.headers } },
      );
    },
  };
}

function isBelow(url: string, base: string): boolean {
  return url === base || url.startsWith(`${base}/`) || url.startsWith(`${base}?`);
}
