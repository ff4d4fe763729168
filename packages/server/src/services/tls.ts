import type { Config } from '../config.ts';
import type { LiveConfig } from '../config/live-config.ts';
import {
  checkMaterial,
  createTlsListener,
  type TlsListener,
  type TlsMaterial,
} from '../doors/http/tls-listener.ts';

/** The listener's certificate, as the configuration says now; null where it speaks plain http. */
export const openTls = async (config: Config, live: LiveConfig): Promise<TlsListener | null> => {
  const first = materialOf(config);
  const listener = first && createTlsListener(first);
  await live.part({
    name: 'certificate of the listener',
    of: materialOf,
    make(next) {
      const material = materialOf(next);
      if (kindOf(material) !== kindOf(first))
        throw new Error(
          'whether there is TLS, and whether programs sign in by certificates, is for a start to say',
        );
      if (material) checkMaterial(material);
      return material;
    },
    take: (material) => material && listener?.change(material),
  });
  return listener;
};

const materialOf = ({ http: { tls } }: Config): TlsMaterial | null =>
  tls && {
    certificate: tls.certificateFile,
    key: tls.keyFile,
    clientAuthorities: tls.clients?.authoritiesFile ?? null,
  };

const kindOf = (material: TlsMaterial | null): string =>
  material === null ? 'PLAIN' : material.clientAuthorities === null ? 'TLS' : 'MUTUAL';
