import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';
import { clusterTls } from './tls.ts';

/** Of who vouches for it. */
export const issuerCertificates = clusterTls.cert;
export const clientId = 'countersign-tests';

/** An OpenID provider on this machine. It signs with the newest of its keys and publishes those that count. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Where its page sends a browser that came by, as the person. */
  sendBack(authorizeUrl: string): URL;
  /** Who is signed in at its pages; whoever comes by is sent back as them. */
  person: JWTPayload;
  /** True: it answers nothing but 503. */
  isAway: boolean;
  /** How often its keys were asked for. */
  readonly keyRequests: () => number;
  readonly publicKey: () => JWK;
  /** From now on it signs with a new key, and publishes that one alone. */
  rotate(): Promise<void>;
  sign(claims: JWTPayload, audience?: string): Promise<string>;
  /** Its word that the person's sessions are over. */
  logoutToken(subject: string): Promise<string>;
}

interface Key {
  readonly jwk: JWK;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

const newKey = async (): Promise<Key> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }, privateKey };
};

export const startTestIssuer = async (): Promise<TestIssuer> => {
  let key = await newKey();
  let keyRequests = 0;
  const codes = new Map<string, { readonly nonce: string; readonly challenge: string }>();
  const server = createServer(clusterTls, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const sign = (claims: JWTPayload, audience = clientId): Promise<string> =>
    new SignJWT({ iss: url, aud: audience, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid ?? '' })
      .setIssuedAt()
      .setExpirationTime(claims.exp ?? '5m')
      .sign(key.privateKey);

  const send = (response: ServerResponse, body: object): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (issuer.isAway) {
      response.writeHead(503).end();
      return;
    }
    if (pathname === '/.well-known/openid-configuration') {
      send(response, discovery(url));
      return;
    }
    if (pathname === '/keys') {
      keyRequests += 1;
      send(response, { keys: [key.jwk] });
      return;
    }
    const form = new URLSearchParams(await text(request));
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const proof = Buffer.from(
      await crypto.subtle.digest('SHA-256', Buffer.from(form.get('code_verifier') ?? '')),
    ).toString('base64url');
    if (code?.challenge !== proof) {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return;
    }
    const idToken = await sign({ ...issuer.person, nonce: code.nonce });
    send(response, { access_token: 'unused', token_type: 'Bearer', id_token: idToken });
  };
  const sendBack = (authorizeUrl: string): URL => {
    const { searchParams: asked } = new URL(authorizeUrl);
    const back = new URL(asked.get('redirect_uri') ?? url);
    const code = crypto.randomUUID();
    codes.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '' });
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return back;
  };

  const issuer: TestIssuer = {
    url,
    sendBack,
    person: { sub: 'nobody' },
    isAway: false,
    keyRequests: () => keyRequests,
    publicKey: () => key.jwk,
    async rotate() {
      key = await newKey();
    },
    sign,
    logoutToken: (subject) =>
      sign({
        sub: subject,
        jti: crypto.randomUUID(),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
};

const discovery = (url: string): object => ({
  issuer: url,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  jwks_uri: `${url}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
});
