import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { systemClock } from './clock.ts';

/** HashiCorp Vault, as a server in Kubernetes reads a secret of it. */
export interface VaultSettings {
  readonly address: string;
  readonly role: string;
  readonly auth: string;
  readonly tokenFile: string;
  readonly mount: string;
  readonly path: string;
  readonly namespace?: string | undefined;
  readonly timeoutMs: number;
}

export interface Vault {
  /** All keys of the secret, of its newest version. Throws in a sentence where it cannot be read. */
  read(): Promise<ReadonlyMap<string, string>>;
}

interface Token {
  readonly text: string;
  readonly isRenewable: boolean;
  /** From here on it is renewed before it is used, or a new one is asked for. */
  readonly renewAt: number;
  readonly endsAt: number;
}

const mostBytes = 1024 * 1024;

const loginSchema = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    lease_duration: z.number().min(0),
    renewable: z.boolean(),
  }),
});
const secretSchema = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()) }) });

class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export const createVault = (settings: VaultSettings): Vault => {
  let token: Token | null = null;
  const call = callOf(settings);

  const login = async (): Promise<Token> => {
    const jwt = (await readFile(settings.tokenFile, 'utf8')).trim();
    return tokenOf(await call(`auth/${settings.auth}/login`, { body: { role: settings.role, jwt } }));
  };
  const current = async (): Promise<Token> => {
    const now = systemClock.now().getTime();
    if (token && now < token.renewAt) return token;
    if (token?.isRenewable === true && now < token.endsAt) {
      const renewed = await call('auth/token/renew-self', { token: token.text, body: {} }).catch(() => null);
      if (renewed !== null) return tokenOf(renewed);
    }
    return login();
  };
  const readWith = (text: string) => call(`${settings.mount}/data/${settings.path}`, { token: text });

  return {
    async read() {
      token = await current();
      const answer = await readWith(token.text).catch(async (error: unknown) => {
        // A token may be revoked before its time.
        if (!(error instanceof VaultError) || error.status !== 403) throw error;
        token = await login();
        return readWith(token.text);
      });
      const read = secretSchema.safeParse(answer);
      if (!read.success) throw new Error('Vault answered with something that is no secret.');
      const values = Object.entries(read.data.data.data).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as const] : [],
      );
      return new Map(values);
    },
  };
};

const tokenOf = (answer: unknown): Token => {
  const read = loginSchema.safeParse(answer);
  if (!read.success) throw new Error('Vault answered with something that is no login.');
  const { client_token: text, lease_duration: seconds, renewable: isRenewable } = read.data.auth;
  const now = systemClock.now().getTime();
  // A lease of 0 never ends.
  if (seconds === 0) return { text, isRenewable, renewAt: Infinity, endsAt: Infinity };
  return { text, isRenewable, renewAt: now + seconds * 667, endsAt: now + seconds * 1_000 };
};

interface Call {
  readonly token?: string;
  /** POST with it; GET where left out. */
  readonly body?: object;
}

const callOf =
  ({ address, namespace, timeoutMs }: VaultSettings) =>
  async (path: string, { token, body }: Call): Promise<unknown> => {
    const response = await fetch(new URL(`/v1/${path}`, address), {
      method: body ? 'POST' : 'GET',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'x-vault-request': 'true',
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await boundedText(response);
    // What Vault says of a failure may hold what it was asked with.
    if (!response.ok)
      throw new VaultError(`Vault answered ${path} with ${response.status}.`, response.status);
    return JSON.parse(text) as unknown;
  };

const boundedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!response.body) return '';
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new RangeError('Vault answered with more than a secret has.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
