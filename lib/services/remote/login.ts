// Credentials as the header that carries them: a bearer token, or basic auth.

import { Secret } from '../../base/secret.ts';

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
