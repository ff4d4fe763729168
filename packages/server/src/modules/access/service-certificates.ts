import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../infra/clock.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { Authenticated } from '../../record/credential-store.ts';
import type { PresentedCertificate } from './credentials.ts';
import { configuredCaller } from './service-tokens.ts';

export interface CertificateRules {
  /** Who vouches for them, in PEM. */
  readonly authorities: string;
  readonly services: readonly {
    /** One of the names of a certificate: `URI:spiffe://example.com/agent`. */
    readonly certificate: string;
    /** By its name. */
    readonly tenant: string;
    /** The name of an agent or a service. */
    readonly principal: string;
  }[];
}

export interface ServiceCertificates {
  /** Null for one that stands for nobody (any more). */
  findAuthenticated(certificate: PresentedCertificate): Promise<Authenticated | null>;
}

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export const createServiceCertificates = (
  { authorities, services }: CertificateRules,
  access: Pick<AccessStore, 'findProgram'>,
  clock: Clock,
): ServiceCertificates => {
  const known = new Set(
    (authorities.match(pem) ?? []).map((text) => new X509Certificate(text).fingerprint256),
  );
  return {
    async findAuthenticated({ authorities: vouching, names, endsAt }) {
      const remainingMs = endsAt.getTime() - clock.now().getTime();
      // A connection may be older than what vouches for whom. Whoever may have vouched must still count.
      const isVouchedFor = vouching.length > 0 && vouching.every((each) => known.has(each));
      if (remainingMs <= 0 || !isVouchedFor) return null;
      const rule = services.find(({ certificate }) => names.includes(certificate));
      const principal = rule && (await access.findProgram(rule.tenant, rule.principal));
      return principal ? { caller: configuredCaller(principal), remainingMs } : null;
    },
  };
};
