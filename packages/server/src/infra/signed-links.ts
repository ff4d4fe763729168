import { createPublicKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** What a link says of itself, signed. What it is worth stands in the record. */
export interface LinkClaims {
  readonly id: string;
  readonly principalId: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly expiresAt: Date;
}

export interface SignedLinks {
  sign(claims: LinkClaims): Promise<string>;
  /** Null for what this server did not sign. Whether its time is over is the record's word. */
  read(token: string): Promise<Omit<LinkClaims, 'expiresAt'> | null>;
}

const issuer = 'countersign';
const audience = 'countersign/approval-link';
const typ = 'approval-link+jwt';
const algorithm = 'EdDSA';
const mostText = 2_000;

const payload = z.object({
  jti: z.uuid(),
  sub: z.uuid(),
  tid: z.uuid(),
  task: z.uuid(),
  revision: z.int().min(1),
  planHash: z.string().min(1).max(200),
});

export const createSignedLinks = (key: KeyObject): SignedLinks => {
  const publicKey = createPublicKey(key);
  return {
    sign: ({ id, principalId, tenantId, taskId, revision, planHash, expiresAt }) =>
      new SignJWT({ tid: tenantId, task: taskId, revision, planHash })
        .setProtectedHeader({ alg: algorithm, typ })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(principalId)
        .setJti(id)
        .setExpirationTime(expiresAt)
        .sign(key),
    async read(token) {
      if (token.length > mostText) return null;
      try {
        const verified = await jwtVerify(token, publicKey, {
          algorithms: [algorithm],
          issuer,
          audience,
          typ,
          requiredClaims: ['exp', 'jti', 'sub'],
          // An old one is told that it is old.
          currentDate: new Date(0),
        });
        const { data } = payload.safeParse(verified.payload);
        if (!data) return null;
        const { jti: id, sub: principalId, tid: tenantId, task: taskId, revision, planHash } = data;
        return { id, principalId, tenantId, taskId, revision, planHash };
      } catch {
        return null;
      }
    },
  };
};
