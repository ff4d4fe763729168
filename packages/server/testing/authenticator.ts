import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** An authenticator in software: what it says is what one of hardware says, attestation 'none'. */
export interface Authenticator {
  readonly credentialId: string;
  /** For navigator.credentials.create: options as the server gave them. */
  creates(options: unknown, at?: Place): Record<string, unknown>;
  /** For navigator.credentials.get. */
  answers(options: unknown, at?: Place): Record<string, unknown>;
  /** As a copy would: it goes on counting from here. */
  counter: number;
}

/** Where the browser says that it is, and whether its person showed that it is they. */
interface Place {
  readonly origin?: string;
  readonly rpId?: string;
  readonly isVerified?: boolean;
}

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

/** As much of CBOR (RFC 8949) as an attestation needs. */
const cbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(3, text.length), text]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const pairs = [...value].flatMap(([key, held]) => [cbor(key), cbor(held)]);
  return Buffer.concat([head(5, value.size), ...pairs]);
};

const head = (major: number, size: number): Buffer => {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
};

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

const coordinates = (publicKey: KeyObject): { x: Buffer; y: Buffer } => {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
};

const flags = { present: 1, verified: 4, attested: 64 };

export const createAuthenticator = (home: Required<Pick<Place, 'origin' | 'rpId'>>): Authenticator => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  const credentialId = id.toString('base64url');

  const clientData = (type: string, options: unknown, { origin = home.origin }: Place): Buffer => {
    const { challenge } = options as { challenge: string };
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  };
  const authData = (
    counter: number,
    attested: Buffer | null,
    { rpId = home.rpId, isVerified = true }: Place,
  ) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const shown = flags.present | (isVerified ? flags.verified : 0) | (attested ? flags.attested : 0);
    return Buffer.concat([sha256(rpId), Buffer.from([shown]), count, attested ?? Buffer.alloc(0)]);
  };
  const told = (response: Readonly<Record<string, Buffer>>) => ({
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: Object.fromEntries(
      Object.entries(response).map(([name, bytes]) => [name, bytes.toString('base64url')]),
    ),
  });
  return {
    credentialId,
    counter: 0,
    creates(options, at = {}) {
      const { x, y } = coordinates(publicKey);
      const key = cbor(
        new Map<number, Cbor>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, x],
          [-3, y],
        ]),
      );
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData(this.counter, attested, at)],
        ]),
      );
      return told({ clientDataJSON: clientData('webauthn.create', options, at), attestationObject });
    },
    answers(options, at = {}) {
      this.counter += 1;
      const clientDataJSON = clientData('webauthn.get', options, at);
      const authenticatorData = authData(this.counter, null, at);
      const signature = sign(
        'sha256',
        Buffer.concat([authenticatorData, sha256(clientDataJSON)]),
        privateKey,
      );
      return told({ clientDataJSON, authenticatorData, signature });
    },
  };
};
