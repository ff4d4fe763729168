import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  faultOf,
  keyIdOf,
  Verification,
  type Head,
  type Keys,
  type Verdict,
} from '@countersign/audit/verify-audit';
import type { SigningKey } from '../../infra/signing-key.ts';
import { exportRecord, type ExportDependencies } from './export-record.ts';

/** Checks the whole sealed record of a tenant as it is kept, as whoever has a copy of it would. */
export const verifyKept = async (
  sources: Omit<ExportDependencies, 'key'>,
  tenantId: string,
  keys: Keys,
  anchors: readonly Head[],
): Promise<Verdict> => {
  const key = keyOfTheMoment();
  const known = new Map([...keys, [key.keyId, createPublicKey(key.publicKey)] as const]);
  const verification = new Verification(known, anchors);
  const copy = exportRecord({ ...sources, key }, tenantId);
  try {
    for await (const line of copy) verification.take(Buffer.from(line.trimEnd()));
    return verification.done();
  } catch (error) {
    return faultOf(error);
  }
};

/** Signs a copy that nobody keeps. */
const keyOfTheMoment = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    keyId: keyIdOf(publicKey),
    publicKey: pem,
    publicKeys: pem,
    sign: (text) => sign(null, text, privateKey).toString('base64'),
    reload: () => undefined,
  };
};
